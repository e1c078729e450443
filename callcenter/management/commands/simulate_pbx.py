"""`manage.py simulate_pbx`: a simulated exchange that uses nothing else of the project."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from integrations.simulators import pbx


class Command(BaseCommand):
    help = "Simulate a telephone exchange that rings the given lines and speaks to the switch by signed HTTP."
    requires_system_checks: list[str] = []

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        pbx.add_arguments(parser)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        outcomes = pbx.run(pbx.read_options(options))
        self.stdout.write(json.dumps({"calls": sum(outcomes.values()), "outcomes": outcomes}))
