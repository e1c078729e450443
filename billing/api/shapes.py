"""Invoices and usage as a service's program sees them: amounts are texts with a point, never binary fractions."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from typing_extensions import override

from billing.models import Invoice, InvoiceLine
from callcenter.api.query import Month, PageQuery, Query


def month_text(month: date) -> str:
    """A month as it is written in addresses and answers."""
    return month.strftime("%Y-%m")


@extend_schema_field({"type": "string", "pattern": r"^\d{4}-\d{2}$"})
class MonthText(serializers.Field[date, Any, str, Any]):
    """`2026-11`."""

    @override
    def to_representation(self, value: date) -> str:
        return month_text(value)


class InvoiceRead(serializers.ModelSerializer[Invoice]):
    """One invoice."""

    contract = serializers.CharField(source="contract.number", help_text=_("The number of the contract."))
    month = MonthText()
    tariff = serializers.CharField(source="tariff_code")
    orders = serializers.IntegerField(min_value=0, help_text=_("How many orders were counted."))
    excluded = serializers.IntegerField(
        min_value=0, help_text=_("How many were left out because nobody knew whether you had accepted them.")
    )

    class Meta:
        model = Invoice
        fields = ("id", "number", "contract", "month", "tariff", "orders", "excluded", "total", "currency", "closed_at")


class InvoiceLineRead(serializers.ModelSerializer[InvoiceLine]):
    """One line: the orders from the `first` to the `last` of the month, by their place in it."""

    title = serializers.SerializerMethodField()
    first = serializers.IntegerField(allow_null=True)
    last = serializers.IntegerField(allow_null=True)

    class Meta:
        model = InvoiceLine
        fields = ("position", "title", "first", "last", "quantity", "rate", "amount")

    @extend_schema_field(serializers.CharField())
    def get_title(self, line: InvoiceLine) -> str:
        return str(line)


class InvoiceInFull(InvoiceRead):
    """One invoice with its lines."""

    lines = InvoiceLineRead(many=True)

    class Meta(InvoiceRead.Meta):
        fields = (*InvoiceRead.Meta.fields, "lines")  # type: ignore[assignment]


class ContractUse(serializers.Serializer[Any]):
    """What one contract has used up in the month so far."""

    contract = serializers.CharField(help_text=_("The number of the contract."))
    tariff = serializers.CharField()
    orders = serializers.IntegerField(min_value=0, help_text=_("Orders that you accepted."))
    taken_back = serializers.IntegerField(min_value=0, help_text=_("Of these, taken back by a correction."))
    invoice = serializers.UUIDField(allow_null=True, help_text=_("The invoice, once the month is closed."))


class MonthUse(serializers.Serializer[Any]):
    """The month in figures."""

    month = MonthText()
    time_zone = serializers.CharField(help_text=_("In which the month begins and ends."))
    contracts = ContractUse(many=True)


class InvoicesQuery(PageQuery):
    """Which invoices."""

    month = Month(required=False, help_text=_("The invoices of this month."))


class UseQuery(Query):
    """Which month."""

    month = Month(required=False, help_text=_("Without it, the month that is running in your time zone."))
