"""The audit trail: the only writer of its entries, and the check that nobody has changed them since.

Entries are buffered and written as the last statement of a unit, ordered by chain (lock order). The check computes
every hash again from the stored rows, without the database's own functions, and compares the chains with anchors that
were kept outside the database.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from django.db import connection, connections

from callcenter.ids import uuid7

LONGEST_ACTION, LONGEST_ACTOR, LONGEST_TEXT = 60, 80, 200
CENTRE = UUID(int=0)
PAGE = 2_000
Plain = str | int | bool | UUID | None
_E164 = re.compile(r"\+\d{7,15}")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_buffer = threading.local()


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done, before the database gives it its place in the chain."""

    service: UUID | None
    action: str
    actor: str
    grant: UUID | None
    detail: dict[str, Plain]


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of one chain at one time. `chain` is the service, or CENTRE."""

    chain: UUID
    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place at which a chain does not hold: `missing`, `altered`, `replaced` (differs from an anchor), `cut
    off` (ends too early) or `head` (does not end as the head row says).
    """

    chain: UUID
    seq: int
    why: str


@dataclass(frozen=True, slots=True)
class _Row:
    seq: int
    prev_hash: bytes
    hash: bytes
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _End:
    """What one look at the database says of a chain's end, and how many rows it has up to there and in all."""

    seq: int
    hash: bytes
    rows: int


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
    _check_text("action", action, LONGEST_ACTION)
    _check_text("actor", actor, LONGEST_ACTOR)
    entries.append(
        Entry(service, action, actor, grant, {name: _checked(name, value) for name, value in (detail or {}).items()})
    )


def flush(using: str) -> None:
    """Write what was buffered, in one statement in the order of the chains, and close the buffer."""
    entries: list[Entry] = getattr(_buffer, "entries", None) or []
    _buffer.entries = None
    if not entries:
        return
    rows = [
        (uuid7(), entry.service, entry.actor, entry.grant, entry.action, json.dumps(entry.detail, ensure_ascii=False))
        for entry in sorted(entries, key=lambda entry: entry.service or CENTRE)
    ]
    values = ", ".join(["(%s, %s, %s, %s, %s, %s::jsonb)"] * len(rows))
    with connections[using].cursor() as cursor:
        cursor.execute(
            f'INSERT INTO callcenter_auditentry (id, service, actor, "grant", action, detail) VALUES {values}',  # noqa: S608
            [value for row in rows for value in row],
        )


def anchors() -> list[Anchor]:
    """Return the end of every chain, for publishing outside the database (role worker or migrate)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT chain, seq, hash FROM app.audit_anchors()")
        return [Anchor(chain, seq, bytes(digest)) for chain, seq, digest in cursor.fetchall()]


def chains() -> list[UUID]:
    """Return every chain of which there is an entry or a head (role migrate)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT chain FROM callcenter_audithead UNION SELECT coalesce(service, %s) FROM callcenter_auditentry "
            "ORDER BY 1",
            [CENTRE],
        )
        return [row[0] for row in cursor.fetchall()]


def verify(chain: UUID, *, anchored: Mapping[int, bytes] | None = None) -> Broken | None:
    """Compute a chain again and return the first place at which it does not hold, else None (role migrate).

    `anchored` maps a place to the hash that was published for it. Entries written meanwhile are left for the next
    check.
    """
    known = {seq: digest for seq, digest in (anchored or {}).items() if seq > 0}
    end = _end(chain)
    seq, last = 0, b""
    for row in _rows(chain, until=end.seq):
        seq += 1
        if row.seq != seq:
            return Broken(chain, seq, "missing")
        if row.prev_hash != last or row.hash != _digest(last, *row.fields):
            return Broken(chain, seq, "altered")
        if known.get(seq, row.hash) != row.hash:
            return Broken(chain, seq, "replaced")
        last = row.hash
    if seq < max(end.seq, *known, 0):
        return Broken(chain, seq + 1, "cut off")
    return Broken(chain, seq, "head") if (end.hash, end.rows) != (last, seq) else None


def _end(chain: UUID) -> _End:
    """One statement, so that the head and the rows are of the same moment."""
    condition, params = _of(chain)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT h.seq, h.hash, (SELECT count(*) FROM callcenter_auditentry e WHERE {condition}) "  # noqa: S608
            "FROM (SELECT 1) one LEFT JOIN callcenter_audithead h ON h.chain = %s",
            [*params, chain],
        )
        seq, digest, count = cursor.fetchone()
    return _End(seq or 0, bytes(digest or b""), count)


def _rows(chain: UUID, *, until: int) -> Iterator[_Row]:
    after = 0
    while page := _page(chain, after, until):
        yield from page
        after = page[-1].seq


def _page(chain: UUID, after: int, until: int) -> list[_Row]:
    """Read as texts exactly what was hashed: a time as microseconds, whatever the session's time zone."""
    condition, params = _of(chain)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT e.seq, e.prev_hash, e.hash, e.id::text, e.seq::text,
                       (extract(epoch FROM e.at) * 1000000)::bigint::text, e.actor, coalesce(e."grant"::text, ''),
                       e.action, e.detail::text
                FROM callcenter_auditentry e
                WHERE {condition} AND e.seq > %s AND e.seq <= %s ORDER BY e.seq LIMIT %s""",  # noqa: S608
            [*params, after, until, PAGE],
        )
        return [
            _Row(seq, bytes(prev or b""), bytes(digest or b""), (str(chain), *fields))
            for seq, prev, digest, *fields in cursor.fetchall()
        ]


def _of(chain: UUID) -> tuple[str, list[UUID]]:
    """The condition on the rows of a chain, in the form that uses the index."""
    return ("e.service IS NULL", []) if chain == CENTRE else ("e.service = %s", [chain])


def _digest(prev: bytes, *fields: str) -> bytes:
    """The hash of app.audit_digest: each field with its length in bytes before it."""
    return sha256(prev + ",".join(f"{len(field.encode())}:{field}" for field in fields).encode()).digest()


def _checked(name: str, value: Plain) -> Plain:
    if isinstance(value, UUID):
        return str(value)
    if value is not None and not isinstance(value, str | int | bool):
        raise TypeError(
            f"audit detail {name!r} is a {type(value).__name__}: only ids, codes and counts go into the trail."
        )
    if isinstance(value, str):
        _check_text(f"detail {name!r}", value, LONGEST_TEXT)
    return value


def _check_text(what: str, value: str, longest: int) -> None:
    """Refuse here, in words, what the database would refuse at the end of the unit, and what must not be kept."""
    if len(value) > longest:
        raise ValueError(f"audit {what} has {len(value)} characters: at most {longest} are allowed.")
    if _UNSTORABLE.search(value):
        raise ValueError(f"audit {what} has a character that no text may hold: pass a code instead.")
    if _E164.fullmatch(value):
        raise ValueError(f"audit {what} is a telephone number: pass the id of the call or of the order instead.")
