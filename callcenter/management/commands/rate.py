"""`manage.py rate --tariff CODE --orders N`: what a month costs, as JSON."""

import json
from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from billing.tariffs.catalogue import rate
from callcenter.money import round_half_up


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
            orders = int(options["orders"]) if options["orders"].isdigit() else options["orders"]
            rated = rate(options["tariff"], orders)
        except ValueError as error:
            raise CommandError(str(error)) from error
        average = round_half_up(rated.total / orders, Decimal("0.0001")) if orders else Decimal(0)
        lines = [
            {"title": line.title, "quantity": line.quantity, "rate": str(line.rate), "amount": str(line.amount)}
            for line in rated.lines
        ]
        self.stdout.write(
            json.dumps(
                {
                    "tariff": options["tariff"],
                    "orders": orders,
                    "lines": lines,
                    "total": str(rated.total),
                    "average": str(average),
                }
            )
        )
