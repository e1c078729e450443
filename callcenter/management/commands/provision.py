"""`manage.py provision`: make the database roles and both databases, once, as a superuser; prints nothing secret."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from callcenter import env
from callcenter.tenancy.provision import LOGINS, NotAllowed, provision

_VARIABLE_OF = {"cc_keys": "DATABASE_URL_KEYS", **{f"cc_{name}": f"DATABASE_URL_{name.upper()}" for name in (
    "migrate", "web", "auth", "switch", "worker", "billing")}}  # fmt: skip


class Command(BaseCommand):
    help = "Make the roles, with the passwords of the DATABASE_URL_… variables, and both databases."
    requires_system_checks = ()

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        addresses = {role: urlsplit(env.text(_VARIABLE_OF[role])) for role in LOGINS}
        for role, address in addresses.items():
            if address.username != role or not address.password:
                raise CommandError(f"{_VARIABLE_OF[role]} must name the login {role} and its password.")
        names = {role: address.path.lstrip("/") for role, address in addresses.items()}
        passwords = {role: unquote(address.password or "") for role, address in addresses.items()}
        try:
            provision(env.text("DATABASE_URL_ADMIN"), passwords, main=names["cc_web"], keys=names["cc_keys"])
        except NotAllowed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{len(LOGINS)} roles and the databases {names['cc_web']} and {names['cc_keys']} are in place."
        )
