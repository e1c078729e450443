"""`manage.py create_admin --login NAME`: the first administrator of an installation; asks for a password."""

import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from typing_extensions import override

from callcenter.models import Credential, Job, Person


class Command(BaseCommand):
    help = "Make an administrator of the centre (role migrate). Everybody else is invited in the panel."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--login", required=True)
        parser.add_argument("--name", default="")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from one line of input")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        login = options["login"].strip().lower()
        if Person.objects.filter(login=login).exists():
            raise CommandError(f"There is a person with the login {login!r} already: reset the password in the panel.")
        password = self._password(piped=options["password_stdin"])
        person = Person(login=login, name=options["name"] or login, job=Job.ADMIN)
        try:
            person.full_clean()
            validate_password(password, person)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        with transaction.atomic():
            person.save()
            Credential.objects.create(person=person, password=make_password(password))
        self.stdout.write(f"{login} can log in now, and finds the panel at /centre/.")

    @staticmethod
    def _password(*, piped: bool) -> str:
        if piped:
            return sys.stdin.readline().rstrip("\n")
        first = getpass("Password: ")
        if first != getpass("The same again: "):
            raise CommandError("The two passwords differ. Nothing was made.")
        return first
