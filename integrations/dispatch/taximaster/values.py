"""Single values of a Taxi-Master server's replies, however they are written; None for what says nothing."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

MICRODEGREE = Decimal("0.000001")
LARGEST = Decimal(10) ** 10
LONGEST_TEXT = 200
Row = Mapping[str, Any]


def rows(data: Row, name: str) -> list[Row]:
    """The objects of a list; what is no object is passed over."""
    found = data.get(name)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def text(value: Any) -> str:
    """A text, or a whole number as text: houses and flats come as both. "" when there is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    if isinstance(value, int):
        return str(value) if 0 < value < LARGEST else ""
    return " ".join(value.split())[:LONGEST_TEXT]


def number(value: Any) -> Decimal | None:
    """A number of everyday size; sums come as numbers and as texts, with a point or a comma."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        read = Decimal(str(value).strip().replace(",", "."))
    except (InvalidOperation, ValueError):
        return None
    return read if read.is_finite() and abs(read) < LARGEST else None


def degrees(row: Any, lat: str = "lat", lon: str = "lon") -> tuple[Decimal, Decimal] | None:
    """A pair of coordinates; 0 stands for "not set" in this program."""
    if not isinstance(row, Mapping):
        return None
    north, east = number(row.get(lat)), number(row.get(lon))
    if not north or not east or abs(north) > 90 or abs(east) > 180:
        return None
    return north.quantize(MICRODEGREE), east.quantize(MICRODEGREE)
