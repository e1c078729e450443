"""Telling a seat's page that something changed: its version is raised now and published after commit."""

from uuid import UUID

from django.db import connection, connections

from callcenter.nudges import publish
from callcenter.tenancy.unit import after_commit


def touch_held() -> None:
    """Raise the version of the seat whose call this request holds; the web role can touch no other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seat, version FROM app.touch_held_seat()")
        row = cursor.fetchone()
    if row is not None:
        seat, version = row
        after_commit(lambda: publish(seat, int(version)))


def touch(seat: UUID | None, *, using: str = "default") -> None:
    """Raise the seat's version now and publish it after commit; nothing happens for no seat."""
    if seat is None:
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT app.touch_seat(%s)", [seat])
        row = cursor.fetchone()
    if row and row[0] is not None:
        version = int(row[0])
        after_commit(lambda: publish(seat, version), using=using)
