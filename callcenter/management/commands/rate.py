"""`manage.py rate --tariff CODE --orders N`: what a month costs, as JSON."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from billing.tariffs.catalogue import rate
from billing.tariffs.rated import RATE_PLACES, counted
from callcenter.money import round_half_up

LONGEST = 20


class Command(BaseCommand):
    help = "Price a month of placed orders under one tariff."
    requires_system_checks = ()

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tariff", required=True)
        parser.add_argument("--orders", required=True)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            orders = _count(options["orders"])
            rated = rate(options["tariff"], orders)
        except ValueError as error:
            raise CommandError(str(error)) from error
        average = str(round_half_up(rated.total / orders, RATE_PLACES)) if orders else None
        lines = [
            {
                "title": line.title % {"first": line.first, "last": line.last},
                "quantity": line.quantity,
                "rate": str(line.rate),
                "amount": str(line.amount),
            }
            for line in rated.lines
        ]
        printed = {"tariff": options["tariff"], "orders": orders, "lines": lines}
        self.stdout.write(json.dumps({**printed, "total": str(rated.total), "average": average}))


def _count(text: str) -> int:
    """Read the digits; anything else is refused by name."""
    return int(text) if len(text) <= LONGEST and text.isdecimal() else counted(text)
