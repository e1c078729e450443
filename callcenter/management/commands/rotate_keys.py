"""`manage.py rotate_keys`: wrap every data key with the newest of KEY_ENCRYPTION_KEYS.

Give every process the new list first: one that still runs with the old list wraps new data keys with the old key.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from typing_extensions import override

from callcenter import audit
from callcenter.secrets.rotation import rewrap
from callcenter.secrets.vault import KeyGone
from callcenter.tenancy.rules import WORKER
from callcenter.tenancy.unit import unit


class Command(BaseCommand):
    help = "Wrap every data key with the newest of KEY_ENCRYPTION_KEYS (role migrate)."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = rewrap()
            with unit(WORKER):
                audit.record(None, "keys.rewrapped", actor="rotate_keys", detail={"count": count})
        except DatabaseError as error:
            raise CommandError(
                f"The data keys cannot be read or written ({type(error).__name__}): run this with "
                "CALLCENTER_ROLE=migrate and databases that answer."
            ) from error
        except KeyGone as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{count} data keys wrapped anew. Older keys can go when every process has the new list and this says 0."
        )
