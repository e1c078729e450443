"""`manage.py close_month --all --month 2026-11 --out DIR`: close a month and write one CSV per contract."""

import json
import re
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from typing_extensions import override

from billing.actions.close_month import CannotClose, close_month
from billing.exports.csv import invoice_csv
from billing.models import Contract, Invoice
from billing.queries import unswept_of
from callcenter.months import next_month, parse_month
from callcenter.tenancy.rules import BILLING
from callcenter.tenancy.unit import unit

UNSAFE = re.compile(r"[^\w-]")


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
        month = _month(options["month"])
        service = _id(options["service"], "service") if options["service"] else None
        excluded = [_id(text, "order") for text in options["exclude"]]
        if excluded and service is None:
            raise CommandError("--exclude names orders of one service: give --service instead of --all.")
        contracts = _contracts(service, month)
        open_still = 0
        for contract in contracts:
            try:
                self._close(contract, month, excluded, options)
            except (CannotClose, ValueError) as error:
                open_still += 1
                self.stderr.write(f"Service {contract.service_id}, contract {contract.number}: {error}")
        if open_still:
            raise CommandError(f"{open_still} of {len(contracts)} contracts stay open: the reasons stand above.")

    def _close(self, contract: Contract, month: date, excluded: Sequence[UUID], options: dict[str, Any]) -> None:
        """The file is written after the commit: no paper for an invoice that was rolled back."""
        with unit(BILLING):
            invoice = close_month(contract, month, early=options["now"], excluded=excluded, why=options["reason"])
            late, content = len(unswept_of(contract, month)), invoice_csv(invoice)
        path = _write(options["out"], invoice, content) if options["out"] else None
        self.stdout.write(json.dumps(_summary(invoice, late=late, path=path), ensure_ascii=False))


def _summary(invoice: Invoice, *, late: int, path: Path | None) -> dict[str, str | int | None]:
    return {
        "service": str(invoice.service_id),
        "contract": invoice.contract.number,
        "number": invoice.number,
        "month": f"{invoice.month:%Y-%m}",
        "tariff": invoice.tariff_code,
        "orders": invoice.orders,
        "excluded": invoice.excluded,
        "late": late,
        "total": str(invoice.total),
        "currency": invoice.currency,
        "file": str(path) if path else None,
    }


def _write(folder: Path, invoice: Invoice, content: bytes) -> Path:
    """Numbers of two services may be equal, so the name carries the contract's id."""
    path = folder / f"{UNSAFE.sub('_', invoice.number)}-{invoice.contract_id}.csv"
    draft = path.with_suffix(".csv.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise CommandError(
            f"{path} cannot be written: {error.strerror}. The month is closed; run the command again for the file."
        ) from error
    return path


def _contracts(service: UUID | None, month: date) -> Sequence[Contract]:
    in_force = Q(starts_on__lt=next_month(month)) & (Q(ends_on__isnull=True) | Q(ends_on__gte=month))
    wanted = Q(service=service) if service else Q()
    with unit(BILLING):
        found = Contract.objects.filter(in_force & wanted).select_related("service")
        contracts = list(found.order_by("service_id", "number"))
    if not contracts:
        whose = f"Service {service} has no contract" if service else "There is no contract"
        raise CommandError(f"{whose} in force in {month:%Y-%m}: there is nothing to close.")
    return contracts


def _month(text: str) -> date:
    try:
        return parse_month(text)
    except ValueError as error:
        raise CommandError(str(error)) from error


def _id(text: str, what: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandError(f"{text!r} is no {what} id: a UUID is expected.") from None
