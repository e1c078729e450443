"""Looking after people: a link to choose a password, shutting out, letting in again. Runs in the unit of a request
whose right allows it (`app.may_look_after`); the database refuses the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from callcenter import audit
from callcenter.cookies import hashed, new_secret
from callcenter.ids import uuid7
from callcenter.models import Person
from callcenter.nudges import publish
from callcenter.panel.holder import Holder
from callcenter.refusals import Refused
from callcenter.tenancy.unit import after_commit

LINK_LASTS = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Link:
    """What is handed over, once: the database keeps the hash alone."""

    token: str
    purpose: str
    expires_at: datetime


def invite(person: Person, *, by: Holder) -> Link:
    """Void the old password and every right it has opened, and return a link by which the person chooses a new one."""
    token, invitation = new_secret(), uuid7()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT purpose, expires_at, seats FROM app.invite(%s, %s, %s, make_interval(secs => %s))",
            [person.pk, invitation, hashed(token), LINK_LASTS.total_seconds()],
        )
        row = cursor.fetchone()
    if row is None:
        raise _not_yours(person)
    purpose, expires_at, seats = row
    _record(person, f"person.{purpose}", by, invitation=invitation, seats=len(seats))
    _tell(seats)
    return Link(token, purpose, expires_at)


def block(person: Person, *, by: Holder) -> None:
    """End every right and seat of the person at once, an open dialog included."""
    if person.pk == by.pk:
        raise Refused(_("You cannot block yourself: ask another administrator."), code="self", status=409)
    with connection.cursor() as cursor:
        cursor.execute("SELECT seats FROM app.block(%s)", [person.pk])
        row = cursor.fetchone()
    if row is None:
        raise _not_yours(person)
    _record(person, "person.blocked", by, seats=len(row[0]))
    _tell(row[0])


def unblock(person: Person, *, by: Holder) -> None:
    """Let the person log in again, with the password from before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.unblock(%s)", [person.pk])
        if not cursor.fetchone()[0]:
            raise _not_yours(person)
    _record(person, "person.unblocked", by)


def _not_yours(person: Person) -> Refused:
    sentence = _("Nothing was done for %(name)s: the page is out of date, or your job does not look after this person.")
    return Refused(sentence % {"name": person.name}, code="person", status=409)


def _record(person: Person, action: str, by: Holder, **detail: UUID | int) -> None:
    audit.record(
        person.service_id, action, actor=str(by.pk), grant=by.grant, detail={"person": str(person.pk), **detail}
    )


def _tell(seats: list[UUID]) -> None:
    """The pages of closed seats learn of it at once instead of at their next poll."""
    after_commit(lambda: [publish(seat, 0) for seat in seats])  # type: ignore[func-returns-value,arg-type]
