"""Line: a dialled number, which identifies the service and the scenario."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from callcenter.tenancy.fields import TenantForeignKey, TenantModel

E164 = RegexValidator(r"^\+[1-9]\d{6,14}$", _("Write the number with plus and country code, such as +74951230001."))


class Line(TenantModel):
    """A number on which calls of one service reach the centre.

    The number is unique over all services, because one number can ring for one service only; only the centre's
    administrator enters numbers, so a collision tells no service of another.
    """

    number = models.CharField(_("number"), max_length=16, unique=True, validators=[E164])
    scenario = TenantForeignKey("callcenter.Scenario", verbose_name=_("scenario"), related_name="lines")
    active = models.BooleanField(_("in use"), default=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("line")
        verbose_name_plural = _("lines")

    @override
    def __str__(self) -> str:
        return self.number
