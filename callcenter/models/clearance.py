"""Clearance: a signed NDA and a passed training of one operator for one service."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from callcenter.tenancy.fields import TenantModel


class Clearance(TenantModel):
    """Without a valid clearance no call of the service reaches the operator. Dates are of the service's local
    calendar.
    """

    person = models.ForeignKey(
        "callcenter.Person", models.PROTECT, verbose_name=_("operator"), related_name="clearances"
    )
    nda_signed_on = models.DateField(_("agreement signed on"))
    trained_on = models.DateField(_("trained on"))
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))
    revoked_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("clearance")
        verbose_name_plural = _("clearances")
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="callcenter_clearance_dates"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.person_id} {self.valid_from}–{self.valid_until}"
