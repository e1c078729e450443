"""`manage.py delivery_status`: one JSON object that says how the deliveries stand."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from typing_extensions import override

from integrations.delivery.status import standing


class Command(BaseCommand):
    help = "Print how many deliveries wait, are under way, unknown or for a person, as JSON (role worker)."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = standing()
        except DatabaseError as error:
            raise CommandError(
                f"The deliveries cannot be read ({type(error).__name__}): run this with CALLCENTER_ROLE=worker "
                "and a database that answers."
            ) from error
        self.stdout.write(json.dumps(asdict(found)))
