"""Contracts, invoices and the own requisites."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.forms import Media
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from billing.models import Contract, Invoice, InvoiceLine
from billing.tariffs.catalogue import TARIFFS, rate
from callcenter.admin.base import RowAdmin
from callcenter.models import Job
from callcenter.panel import PanelAdmin, Section

COMPARED = (1000, 3000)
READERS: Mapping[str, str] = {Job.MANAGER: "view", Job.ACCOUNTANT: "view", Job.ADMIN: "view"}


class LineInline(admin.TabularInline):  # type: ignore[type-arg]
    """The lines that a bill adds up."""

    model = InvoiceLine
    fields = ("position", "told", "quantity", "rate", "amount")
    readonly_fields = fields
    ordering = ("position",)
    can_delete = False
    extra = max_num = 0
    media = Media()

    @admin.display(description=_("Service"))
    def told(self, line: InvoiceLine) -> str:
        """The line's words."""
        return str(line)

    @override
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    @override
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class InvoiceAdmin(PanelAdmin):
    """Closed months: read only, with their documents."""

    section = Section.MONEY
    rights: ClassVar = READERS
    list_display = ("number", "service", "month", "tariff_code", "orders", "total", "currency", "documents")
    list_select_related = ("service",)
    list_filter = ("month",)
    ordering = ("-month", "number")
    fields = (
        "number",
        "contract",
        "month",
        "tariff_code",
        "orders",
        "excluded",
        "total",
        "currency",
        "closed_at",
        "documents",
    )
    readonly_fields = fields
    inlines = (LineInline,)

    @admin.display(description=_("Documents"))
    def documents(self, invoice: Invoice) -> SafeString:
        """The page where they are made and fetched."""
        url = reverse(f"{self.admin_site.name}:invoice-documents", args=[invoice.pk])
        return format_html('<a href="{}">{}</a>', url, _("PDF, XLSX, CSV"))


def offered_tariffs() -> list[tuple[str, str]]:
    """The tariffs with what two months would cost under each, so that a choice is not made by its name."""
    few, many = COMPARED
    return [
        (
            code,
            gettext("%(code)s: %(few)d orders for %(small)s, %(many)d for %(large)s")
            % {
                "code": code,
                "few": few,
                "small": number_format(rate(code, few).total, 2, force_grouping=True),
                "many": many,
                "large": number_format(rate(code, many).total, 2, force_grouping=True),
            },
        )
        for code in TARIFFS
    ]


class ContractForm(forms.ModelForm):  # type: ignore[type-arg]
    """A tariff is chosen, not typed."""

    class Meta:
        model = Contract
        fields = "__all__"  # noqa: DJ007 - the admin names the fields

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "tariff_code" in self.fields:
            self.fields["tariff_code"].widget = forms.Select(choices=offered_tariffs())


class ContractAdmin(RowAdmin):
    """Under which tariff a service pays. The tariff and the days are settled when a month has been billed."""

    section = Section.MONEY
    rights: ClassVar = {Job.MANAGER: "view", Job.ACCOUNTANT: "view add change", Job.ADMIN: "view add change"}
    form = ContractForm
    list_display = ("number", "service", "tariff_code", "starts_on", "ends_on")
    list_select_related = ("service",)
    fields = (
        "service", "number", "series", "tariff_code", "starts_on", "ends_on", "buyer_name", "buyer_inn", "buyer_kpp",
        "buyer_address",
    )  # fmt: skip

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        fixed = ("service", "number", "series", "starts_on")
        return (*fixed, "tariff_code") if Invoice.objects.filter(contract=obj).exists() else fixed


class SellerAdmin(RowAdmin):
    """The own requisites, by the day from which they hold."""

    section = Section.MONEY
    rights: ClassVar = {Job.ACCOUNTANT: "view add change", Job.ADMIN: "view add change"}
    list_display = ("name", "since", "tax_mode", "inn")
    fields = (
        "since", "name", "inn", "kpp", "ogrn", "address", "bank", "bik", "account", "correspondent", "director",
        "accountant", "tax_mode", "due_days",
    )  # fmt: skip
