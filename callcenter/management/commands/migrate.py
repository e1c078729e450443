"""Django's `migrate`, after which every table has exactly the rules of its app's matrix."""

from typing import Any

from django.core.management.commands import migrate
from typing_extensions import override

from callcenter.tenancy.matrices import write_rules
from callcenter.tenancy.routers import KEYS_ALIAS


class Command(migrate.Command):
    """Migrations make tables and leave them closed; who may read and write them is state, not history."""

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if options["database"] == KEYS_ALIAS or options["plan"] or options["check_unapplied"]:
            return
        for table in write_rules(options["database"]):
            if options["verbosity"]:
                self.stdout.write(f"  Wrote the rules of {table}")
