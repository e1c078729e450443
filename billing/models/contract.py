"""Contract: under which tariff a service pays, and in which series its invoices are numbered."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from billing.requisites import check_inn, check_kpp
from billing.tariffs.catalogue import TARIFFS
from callcenter.months import day_start, next_month
from callcenter.tenancy.fields import TenantForeignKey, TenantModel


def check_tariff(code: str) -> None:
    """Refuse a code that is not in the catalogue."""
    if code not in TARIFFS:
        raise ValidationError(
            _("“%(code)s” is no tariff: use one of %(codes)s."), params={"code": code, "codes": ", ".join(TARIFFS)}
        )


class Contract(TenantModel):
    """One agreement with one service; its days do not overlap those of another one of the same service. `series` is
    the prefix of its own invoice numbers.
    """

    number = models.CharField(gettext_lazy("Number"), max_length=40)
    series = models.CharField(
        gettext_lazy("Series of invoices"),
        max_length=10,
        validators=[
            RegexValidator(
                r"^\w+\Z",
                gettext_lazy("“%(value)s” is no series: write up to ten letters and digits, without spaces or signs."),
            )
        ],
    )
    tariff_code = models.CharField(gettext_lazy("Tariff"), max_length=40, validators=[check_tariff])
    currency = models.CharField(gettext_lazy("Currency"), max_length=3, default="RUB")
    starts_on = models.DateField(gettext_lazy("First day"))
    ends_on = models.DateField(gettext_lazy("Last day"), null=True, blank=True)
    buyer_name = models.CharField(gettext_lazy("Buyer"), max_length=160, blank=True, default="")
    buyer_inn = models.CharField(
        gettext_lazy("ИНН of the buyer"), max_length=12, blank=True, default="", validators=[check_inn]
    )
    buyer_kpp = models.CharField(
        gettext_lazy("КПП of the buyer"), max_length=9, blank=True, default="", validators=[check_kpp]
    )
    buyer_address = models.CharField(gettext_lazy("Address of the buyer"), max_length=250, blank=True, default="")

    class Meta(TenantModel.Meta):
        verbose_name = gettext_lazy("contract")
        verbose_name_plural = gettext_lazy("contracts")
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "number"], name="billing_contract_number"),
            models.UniqueConstraint(fields=["service", "series"], name="billing_contract_series"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="billing_contract_days",
                violation_error_message=gettext_lazy(
                    "The contract ends before it starts: its last day is its first day or a later one."
                ),
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.number

    @override
    def clean(self) -> None:
        """Say which other contract holds these days; PostgreSQL refuses the overlap in any case."""
        if None in (self.service_id, self.starts_on):
            return
        others = Contract.objects.filter(service=self.service_id).exclude(pk=self.pk)
        later = Q() if self.ends_on is None else Q(starts_on__lte=self.ends_on)
        other = others.filter(later, Q(ends_on__isnull=True) | Q(ends_on__gte=self.starts_on)).first()
        if other is not None:
            raise ValidationError(
                _("These days belong to contract %(number)s of the same service: end that one first."),
                params={"number": other.number},
            )

    def covers(self, day: date) -> bool:
        """Whether the contract is in force on a day of the service."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def part_of(self, month: date) -> tuple[datetime, datetime] | None:
        """The part of the month (instants, half-open) in which the contract is in force; None when it never is."""
        first, after = max(month, self.starts_on), next_month(month)
        if self.ends_on is not None:
            after = min(after, self.ends_on + timedelta(days=1))
        zone = self.service.time_zone
        return (day_start(first, zone), day_start(after, zone)) if first < after else None


class InvoiceSeries(TenantModel):
    """The counter of one contract's series; raised last in a closing, so that no number is ever skipped."""

    contract = TenantForeignKey(Contract, related_name="counter")
    last_number = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "contract"], name="billing_invoiceseries_one"),
        ]

    @override
    def __str__(self) -> str:
        return str(self.last_number)
