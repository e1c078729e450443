"""TaxiService: the tenant."""

from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from typing_extensions import override

from callcenter.ids import uuid7

HUES = {
    "teal": _("Teal"),
    "violet": _("Violet"),
    "magenta": _("Magenta"),
    "indigo": _("Indigo"),
    "brown": _("Brown"),
    "olive": _("Olive"),
    "cyan": _("Cyan"),
    "slate": _("Slate"),
}


def hue_choices() -> list[tuple[str, Any]]:
    """The closed set of eight hues; stylesheets name hues and never services."""
    return list(HUES.items())


def check_time_zone(value: str) -> None:
    """Refuse anything that is not an IANA zone name."""
    if value not in available_timezones():
        raise ValidationError(
            _("%(value)s is not a time zone. Use an IANA name such as Europe/Moscow."), params={"value": value}
        )


class TaxiService(models.Model):
    """A taxi service whose calls the centre takes; everything of it is invisible to every other."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(pgettext_lazy("of a service", "name"), max_length=80)
    monogram = models.CharField(_("monogram"), max_length=2)
    hue = models.CharField(_("colour"), max_length=10, choices=hue_choices)
    greeting = models.CharField(_("greeting"), max_length=200)
    country = models.CharField(_("country"), max_length=2, default="RU")
    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/Moscow", validators=[check_time_zone])
    active = models.BooleanField(_("served"), default=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")

    @override
    def __str__(self) -> str:
        return self.name
