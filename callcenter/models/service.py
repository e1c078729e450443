"""TaxiService: the tenant."""

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from callcenter.ids import uuid7

HUES = ("teal", "violet", "magenta", "indigo", "brown", "olive", "cyan", "slate")


def hue_choices() -> list[tuple[str, str]]:
    """The closed set of eight hues; stylesheets name hues and never services."""
    return [(hue, hue) for hue in HUES]


def check_time_zone(value: str) -> None:
    """Refuse anything that is not an IANA zone name."""
    if value not in available_timezones():
        raise ValidationError(
            _("%(value)s is not a time zone. Use an IANA name such as Europe/Moscow."), params={"value": value}
        )


class TaxiService(models.Model):
    """A taxi service whose calls the centre takes; everything of it is invisible to every other."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    monogram = models.CharField(max_length=2)
    hue = models.CharField(max_length=10, choices=hue_choices)
    greeting = models.CharField(max_length=200)
    country = models.CharField(max_length=2, default="RU")
    time_zone = models.CharField(max_length=40, default="Europe/Moscow", validators=[check_time_zone])
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    @override
    def __str__(self) -> str:
        return self.name
