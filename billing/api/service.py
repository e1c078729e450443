"""What a service's own programs read of invoices and of what the running month has used up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from billing.api.shapes import InvoiceInFull, InvoiceRead, InvoicesQuery, MonthUse, UseQuery
from billing.models import Contract, Invoice, InvoiceLine, UsageEntry
from callcenter.api.query import read_query
from callcenter.api.views import Detail, Listing, ServiceView
from callcenter.models import Scope, TaxiService
from callcenter.months import billing_month

NOTHING = (0, 0)


class Invoices(Listing):
    """The invoices of the service."""

    scope, shape, query, moment = Scope.INVOICES, InvoiceRead, InvoicesQuery, "closed_at"

    @override
    def rows(self, asked: Mapping[str, Any]) -> QuerySet[Invoice]:
        rows = Invoice.objects.filter(service_id=self.program.service).select_related("contract")
        return rows.filter(month=asked["month"]) if "month" in asked else rows


class OneInvoice(Detail):
    """One invoice with its lines."""

    scope, shape = Scope.INVOICES, InvoiceInFull

    @override
    def rows(self) -> QuerySet[Invoice]:
        found = Invoice.objects.filter(service_id=self.program.service).select_related("contract")
        return found.prefetch_related(Prefetch("lines", InvoiceLine.objects.order_by("position")))


class Use(ServiceView):
    """What a month has used up, by contract."""

    scope, shape, query = Scope.INVOICES, MonthUse, UseQuery

    def get(self, request: Request) -> Response:
        asked = read_query(self.query, request)
        zone = TaxiService.objects.get(pk=self.program.service).time_zone
        month = asked.get("month") or billing_month(timezone.now(), zone)
        use = {"month": month, "time_zone": zone, "contracts": used(self.program.service, month)}
        return Response(self.shape(use).data)


def used(service: UUID, month: date) -> list[dict[str, Any]]:
    """What each contract has used in the month, those in force and those with entries."""
    entries = UsageEntry.objects.filter(service_id=service, billing_month=month).values("contract_id")
    counts = entries.annotate(orders=Count("id", filter=Q(units=1)), taken_back=Count("id", filter=Q(units=-1)))
    counted = {row["contract_id"]: (row["orders"], row["taken_back"]) for row in counts}
    bills = dict(Invoice.objects.filter(service_id=service, month=month).values_list("contract_id", "id"))
    contracts = Contract.objects.filter(service_id=service).select_related("service").order_by("number")
    return [
        {
            "contract": contract.number,
            "tariff": contract.tariff_code,
            "orders": counted.get(contract.pk, NOTHING)[0],
            "taken_back": counted.get(contract.pk, NOTHING)[1],
            "invoice": bills.get(contract.pk),
        }
        for contract in contracts
        if contract.pk in counted or contract.part_of(month)
    ]
