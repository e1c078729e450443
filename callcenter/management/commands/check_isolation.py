"""`manage.py check_isolation`: exit 1 with one sentence per gap between declaration and catalogue."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from callcenter.tenancy.catalogue import gaps
from callcenter.tenancy.matrices import declared


class Command(BaseCommand):
    help = "Compare the database's policies, grants and roles with what the apps declare."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        found = gaps()
        if found:
            raise CommandError("The database does not keep services apart as declared:\n- " + "\n- ".join(found))
        self.stdout.write(f"{len(declared())} tables: every policy, grant and role is as declared.")
