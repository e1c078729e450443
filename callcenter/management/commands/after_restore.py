"""`manage.py after_restore`: once, after a dump was brought back and before the engines start."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from typing_extensions import override

from orders.actions.restored import distrust


class Command(BaseCommand):
    help = "Let every order on its way be looked for in the dispatch program before it is sent (role migrate)."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = distrust()
        except DatabaseError as error:
            raise CommandError(
                f"The deliveries cannot be read or written ({type(error).__name__}): run this with "
                "CALLCENTER_ROLE=migrate and databases that answer."
            ) from error
        self.stdout.write(f"{count} orders will be looked for before anything is sent.")
