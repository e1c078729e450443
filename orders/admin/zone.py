"""Moments as a service's people read them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format


def in_zone(moment: datetime, zone: str) -> str:
    """Day and time to the second, in this zone."""
    return date_format(moment.astimezone(ZoneInfo(zone)), "d.m.Y H:i:s")
