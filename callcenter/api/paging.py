"""Pages by key: newest first, each page continues exactly where the one before ended, however much is added
meanwhile.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_TIME_BYTES = 8
WRITTEN = r"^[A-Za-z0-9_-]{32}$"
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Mark:
    """The last row of a page: its moment and its id."""

    moment: datetime
    id: UUID

    def write(self) -> str:
        """As it travels: opaque, and short enough for an address."""
        micros = (self.moment - _EPOCH) // timedelta(microseconds=1)
        return urlsafe_b64encode(micros.to_bytes(_TIME_BYTES, "big") + self.id.bytes).decode()

    @classmethod
    def read(cls, text: str) -> Mark | None:
        """What `write` has written; None for anything else."""
        if not re.fullmatch(WRITTEN, text):
            return None
        raw = urlsafe_b64decode(text)
        micros = min(int.from_bytes(raw[:_TIME_BYTES], "big"), _LAST)
        return cls(_EPOCH + timedelta(microseconds=micros), UUID(bytes=raw[_TIME_BYTES:]))


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Some rows, and how to ask for those after them."""

    items: list[M]
    next: str | None


def page_of(rows: QuerySet[M], *, moment: str, after: Mark | None, limit: int) -> Page[M]:
    """The rows after the mark, newest `moment` first."""
    if after is not None:
        same = Q(**{moment: after.moment, "id__lt": after.id})
        rows = rows.filter(Q(**{f"{moment}__lt": after.moment}) | same, **{f"{moment}__lte": after.moment})
    found: list[Any] = list(rows.order_by(f"-{moment}", "-id")[: limit + 1])
    more = len(found) > limit
    last = found[limit - 1] if more else None
    return Page(found[:limit], Mark(getattr(last, moment), last.pk).write() if last else None)
