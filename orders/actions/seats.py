"""The operator's own state: on line, on a break, off; and the end of the shift."""

from django.db import connection
from django.utils.translation import gettext as _

from callcenter import audit
from callcenter.nudges import publish
from callcenter.refusals import Refused
from callcenter.tenancy.unit import after_commit
from orders.access import Here

CHOICES = ("ready", "break", "off")


def choose_state(seat: Here, state: str) -> None:
    """Set the seat's state; refused while a call is on."""
    if state not in CHOICES:
        raise Refused(_("“%(value)s” is not a state: use ready, break or off.") % {"value": state}, code="state")
    with connection.cursor() as cursor:
        cursor.execute("SELECT seat_id, version FROM app.choose_seat_state(%s)", [state])
        row = cursor.fetchone()
    if row is None:
        raise Refused(_("A call is on: finish it, then change your state."), code="busy", status=409)
    audit.record(None, "seat.state", actor=str(seat.person), detail={"seat": str(seat.seat), "state": state})
    after_commit(lambda: publish(row[0], row[1]))


def extend_wrapup(seat: Here) -> None:
    """Fifteen seconds more before the next call; refused when no wrap-up runs or it has been long enough."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seat_id, version FROM app.extend_wrapup()")
        row = cursor.fetchone()
    if row is None:
        raise Refused(_("The pause cannot be made longer: press 2 for a break."), code="wrapup", status=409)
    audit.record(None, "seat.wrapup_extended", actor=str(seat.person), detail={"seat": str(seat.seat)})
    after_commit(lambda: publish(row[0], row[1]))


def end_shift(seat: Here) -> None:
    """Close the seat and every right it held."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.close_seat('logout')")
    audit.record(None, "seat.closed", actor=str(seat.person), detail={"seat": str(seat.seat)})
    after_commit(lambda: publish(seat.seat, 0))
