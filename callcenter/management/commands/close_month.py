"""`manage.py close_month --all --month 2026-11 --out DIR`: close a month and write one CSV per contract."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from typing_extensions import override

from billing.actions.close_month import CannotClose, close_month
from billing.exports.csv import invoice_csv
from billing.models import Contract, Invoice
from callcenter.months import next_month, parse_month
from callcenter.tenancy.rules import BILLING
from callcenter.tenancy.unit import unit


class Command(BaseCommand):
    help = (
        "Close a month: one invoice per contract, numbered and frozen; a closed month is printed again, never changed."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--service", help="id of one service")
        whose.add_argument("--all", action="store_true", help="every service")
        parser.add_argument("--month", required=True, help="for example 2026-11")
        parser.add_argument("--out", type=Path, help="folder for the CSV files")
        parser.add_argument("--now", action="store_true", help="close although the month has not ended")
        parser.add_argument(
            "--exclude", action="append", default=[], metavar="ORDER", help="leave out an order that is not settled"
        )
        parser.add_argument("--reason", default="", help="why orders are left out")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            month, excluded = parse_month(options["month"]), [UUID(text) for text in options["exclude"]]
            with unit(BILLING):
                chosen = list(_contracts(options["service"]).filter(starts_on__lt=next_month(month)))
            for contract in chosen:
                with unit(BILLING):
                    invoice = close_month(
                        contract, month, early=options["now"], excluded=excluded, why=options["reason"]
                    )
                    self._show(invoice, options["out"])
        except (CannotClose, ValueError) as error:
            raise CommandError(str(error)) from error

    def _show(self, invoice: Invoice, folder: Path | None) -> None:
        path = folder / f"{invoice.number}.csv" if folder else None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(invoice_csv(invoice))
        summary = {
            "number": invoice.number,
            "month": f"{invoice.month:%Y-%m}",
            "orders": invoice.orders,
            "total": str(invoice.total),
        }
        self.stdout.write(json.dumps({**summary, "file": str(path) if path else None}, ensure_ascii=False))


def _contracts(service: str | None) -> QuerySet[Contract]:
    contracts = Contract.objects.select_related("service").order_by("service_id", "number")
    return contracts.filter(service_id=UUID(service)) if service else contracts
