"""The only writer of audit entries. Entries are buffered and written as the last statement of a unit, ordered by chain
(lock order).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import connections

from callcenter.ids import uuid7

LONGEST_TEXT = 200
Plain = str | int | bool | UUID | None
_buffer = threading.local()


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done, before the database gives it its place in the chain."""

    service: UUID | None
    action: str
    actor: str
    grant: UUID | None
    detail: dict[str, Plain]


def begin() -> None:
    """Open the buffer of a unit."""
    _buffer.entries = []


def discard() -> None:
    """Forget what was buffered: the unit was rolled back."""
    _buffer.entries = None


def record(
    service: UUID | None,
    action: str,
    *,
    actor: str,
    grant: UUID | None = None,
    detail: Mapping[str, Plain] | None = None,
) -> None:
    """Note one action for the trail of `service` (None: of the centre). `detail` holds ids, codes and counts, never
    anything personal.
    """
    entries: list[Entry] | None = getattr(_buffer, "entries", None)
    if entries is None:
        raise RuntimeError(f"audit.record({action!r}) outside a unit: open callcenter.tenancy.unit.unit first.")
    entries.append(
        Entry(service, action, actor, grant, {name: _checked(name, value) for name, value in (detail or {}).items()})
    )


def flush(using: str) -> None:
    """Write what was buffered, in one statement per chain order, and close the buffer."""
    entries: list[Entry] = getattr(_buffer, "entries", None) or []
    _buffer.entries = None
    if not entries:
        return
    rows = [
        (uuid7(), entry.service, entry.actor, entry.grant, entry.action, json.dumps(entry.detail, ensure_ascii=False))
        for entry in sorted(entries, key=lambda entry: str(entry.service or ""))
    ]
    values = ", ".join(["(%s, %s, %s, %s, %s, %s::jsonb)"] * len(rows))
    with connections[using].cursor() as cursor:
        cursor.execute(
            f'INSERT INTO callcenter_auditentry (id, service, actor, "grant", action, detail) VALUES {values}',  # noqa: S608
            [value for row in rows for value in row],
        )


def _checked(name: str, value: Plain) -> Plain:
    if isinstance(value, UUID):
        return str(value)
    if value is not None and not isinstance(value, str | int | bool):
        raise TypeError(
            f"audit detail {name!r} is a {type(value).__name__}: only ids, codes and counts go into the trail."
        )
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise ValueError(f"audit detail {name!r} has {len(value)} characters: at most {LONGEST_TEXT} are allowed.")
    return value
