"""UsageEntry: one billable order, written once and never changed."""

from django.db import models
from django.db.models import Q
from typing_extensions import override

from billing.models.contract import Contract
from callcenter.tenancy.fields import TenantForeignKey, TenantModel


class UsageEntry(TenantModel):
    """One accepted order, or its one reversal. The month was decided in the service's time zone when the row was
    written, and is frozen.
    """

    contract = TenantForeignKey(Contract, related_name="usage")
    order_id = models.UUIDField()
    number = models.CharField(max_length=40)
    placed_at = models.DateTimeField()
    billing_month = models.DateField()
    units = models.SmallIntegerField(default=1)
    reason_code = models.CharField(max_length=20, default="accepted")
    rule_version = models.PositiveSmallIntegerField(default=1)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "order_id", "units"], name="billing_usage_one_unit"),
            models.CheckConstraint(condition=Q(units__in=[1, -1]), name="billing_usage_units"),
            models.CheckConstraint(condition=Q(billing_month__day=1), name="billing_usage_first_of_month"),
        ]
        indexes = [models.Index(fields=["service", "contract", "billing_month"], name="billing_usage_month")]

    @override
    def __str__(self) -> str:
        return self.number
