"""Moments as a service's people read them."""

from datetime import datetime
from zoneinfo import ZoneInfo


def in_zone(moment: datetime, zone: str) -> str:
    """Day and time to the second, in this zone."""
    return f"{moment.astimezone(ZoneInfo(zone)):%d.%m.%Y %H:%M:%S}"
