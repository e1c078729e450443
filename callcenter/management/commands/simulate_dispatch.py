"""`manage.py simulate_dispatch`: a simulated dispatch program that uses nothing else of the project."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from integrations.simulators import taximaster


class Command(BaseCommand):
    help = "Simulate the dispatch program of a taxi service over HTTPS; prints its address and fingerprint as JSON."
    requires_system_checks: list[str] = []

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("program", choices=["taximaster"], help="which dispatch program to simulate")
        taximaster.add_arguments(parser)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            taximaster.run(taximaster.read_options(options), announce=self._say)
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from None

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
