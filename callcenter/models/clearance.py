"""Clearance: a signed NDA and a passed training of one operator for one service."""

from django.db import models
from django.db.models import F, Q
from typing_extensions import override

from callcenter.tenancy.fields import TenantModel


class Clearance(TenantModel):
    """Without a valid clearance no call of the service reaches the operator. Dates are of the service's local
    calendar.
    """

    person = models.ForeignKey("callcenter.Person", models.PROTECT, related_name="clearances")
    nda_signed_on = models.DateField()
    trained_on = models.DateField()
    valid_from = models.DateField()
    valid_until = models.DateField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="callcenter_clearance_dates"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.person_id} {self.valid_from}–{self.valid_until}"
