"""Where an id from outside meets the database: either the object, or absent. Denied looks like absent; closed looks
like closed.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from callcenter.refusals import Gone, NotHere, NotSeated, denied
from orders.models import Call


@dataclass(frozen=True, slots=True)
class HeldCall:
    """A call whose open grant this request holds until its transaction ends."""

    call: Call
    grant: UUID
    person: UUID


@dataclass(frozen=True, slots=True)
class Here:
    """The open seat of this browser."""

    seat: UUID
    person: UUID
    name: str
    workplace: str
    extension: str


def held_call(call_id: UUID, *, exclusive: bool = False) -> HeldCall:
    """Enter the request's grant, which must be for exactly this call: NotHere for a strange token, Gone for one that
    has ended.

    `exclusive` makes two writers of one call wait for each other (lock order: grant first).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, grant_id, call_id, person_id FROM app.enter(%s)", [exclusive])
        state, grant, held, person = cursor.fetchone()
    if state == "closed":
        error = Gone()
        error.audit = denied(None, "grant.denied", "web", call=str(call_id), why="closed")
        raise error
    if state != "open" or held != call_id:
        raise NotHere()
    call = Call.objects.select_related("service").filter(pk=call_id).first()
    if call is None:
        raise NotHere()
    return HeldCall(call=call, grant=grant, person=person)


def here() -> Here:
    """The open seat whose secret this request holds; NotSeated otherwise."""
    found = seat_or_none()
    if found is None:
        raise NotSeated()
    return found


def seat_or_none() -> Here | None:
    """The open seat whose secret this request holds, if any."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seat_id, person_id, name, workplace, extension FROM app.seat_frame()")
        row = cursor.fetchone()
    return Here(*row) if row else None
