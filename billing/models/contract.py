"""Contract: under which tariff a service pays, and in which series its invoices are numbered."""

from django.core.exceptions import ValidationError
from django.db import models
from typing_extensions import override

from billing.tariffs.catalogue import tariff
from callcenter.tenancy.fields import TenantForeignKey, TenantModel


def check_tariff(code: str) -> None:
    """Refuse a code that is not in the catalogue."""
    try:
        tariff(code)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class Contract(TenantModel):
    """One agreement with one service. `series` is the prefix of its own invoice numbers."""

    number = models.CharField(max_length=40)
    series = models.CharField(max_length=10)
    tariff_code = models.CharField(max_length=40, validators=[check_tariff])
    currency = models.CharField(max_length=3, default="RUB")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "number"], name="billing_contract_number"),
        ]

    @override
    def __str__(self) -> str:
        return self.number


class InvoiceSeries(TenantModel):
    """The counter of one contract's series; raised as the last statement of a closing, so that no number is ever
    skipped.
    """

    contract = TenantForeignKey(Contract, unique=True, related_name="counter")
    last_number = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        pass

    @override
    def __str__(self) -> str:
        return str(self.last_number)
