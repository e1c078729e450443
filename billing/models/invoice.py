"""Invoice and its lines: written by the closing of a month, immutable from then on."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from billing.models.contract import Contract
from callcenter.tenancy.fields import TenantForeignKey, TenantModel


class Invoice(TenantModel):
    """One contract-month. `input_hash` is the SHA-256 over the orders that were counted, so that the bill can be
    replayed. `parties` is the copy of who bills whom, of which documents are printed.
    """

    contract = TenantForeignKey(Contract, related_name="invoices")
    number = models.CharField(_("Number"), max_length=20)
    month = models.DateField(_("Month"))
    tariff_code = models.CharField(_("Tariff"), max_length=40)
    orders = models.PositiveIntegerField(_("Orders"))
    excluded = models.PositiveIntegerField(_("Left out"), default=0)
    total = models.DecimalField(_("Total"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("Currency"), max_length=3)
    input_hash = models.CharField(max_length=64)
    closed_at = models.DateTimeField(_("Closed"))
    parties = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "contract", "month"], name="billing_invoice_month"),
            models.UniqueConstraint(fields=["service", "number"], name="billing_invoice_own_number"),
            models.CheckConstraint(condition=Q(month__day=1), name="billing_invoice_first_of_month"),
        ]

    @override
    def __str__(self) -> str:
        return self.number


class InvoiceLine(TenantModel):
    """One line. `title` is an English message id; `first` and `last` are the ordinals of the month's orders that the
    line covers (`last` empty: open).
    """

    invoice = TenantForeignKey(Invoice, related_name="lines")
    position = models.PositiveSmallIntegerField(_("No."))
    title = models.CharField(max_length=120)
    first = models.PositiveIntegerField(null=True)
    last = models.PositiveIntegerField(null=True)
    quantity = models.PositiveIntegerField(_("Quantity"))
    rate = models.DecimalField(_("Rate"), max_digits=12, decimal_places=4)
    amount = models.DecimalField(_("Amount"), max_digits=14, decimal_places=2)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "invoice", "position"], name="billing_line_position"),
        ]

    @override
    def __str__(self) -> str:
        return gettext(self.title) % {"first": self.first, "last": self.last}
