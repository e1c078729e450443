"""Events of a call: in order, twice, late and swapped."""

from itertools import permutations

import pytest

from callcenter.contracts import CallEventType, CallOutcome
from callcenter.models import AuditEntry, Grant, Seat
from callcenter.tenancy.rules import SWITCH
from callcenter.tenancy.unit import unit
from orders.actions import calls
from orders.models import Call, CallEventSeen, CallSecret
from tests.orders.cast import Cast, cast, event, operator, ring_and_answer

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def komet() -> Cast:
    return cast()


def test_a_call_rings_is_answered_and_ends(komet: Cast) -> None:
    with unit(SWITCH):
        ring_and_answer()
        calls.record(event(CallEventType.ENDED, at=60, outcome=CallOutcome.ANSWERED))

    call = Call.objects.get()
    assert (call.state, call.outcome, call.seat_id) == ("ended", "answered", komet.seat.pk)
    assert Seat.objects.get().state == "wrapup"


def test_an_answered_call_opens_one_grant_for_the_seat_that_answered(komet: Cast) -> None:
    with unit(SWITCH):
        ring_and_answer()

    grant = Grant.objects.get()
    assert (grant.kind, grant.seat_id, grant.call_id, grant.token_hash) == (
        "call",
        komet.seat.pk,
        Call.objects.get().pk,
        None,
    )


def test_ringing_shows_the_seat_but_opens_no_grant(komet: Cast) -> None:
    with unit(SWITCH):
        calls.record(event(CallEventType.OFFERED))
        calls.record(event(CallEventType.RINGING, at=1, extension="101"))

    assert Call.objects.get().seat_id == komet.seat.pk
    assert Seat.objects.get().state == "busy"
    assert not Grant.objects.exists()


def test_without_a_valid_clearance_nothing_opens_and_the_trail_says_why() -> None:
    cast(cleared=False)

    with unit(SWITCH):
        ring_and_answer()

    assert not Grant.objects.exists()
    assert AuditEntry.objects.filter(action="grant.refused", detail__why="clearance").count() == 1


def test_the_same_event_twice_changes_nothing(komet: Cast) -> None:
    with unit(SWITCH):
        first = calls.record(event(CallEventType.OFFERED))
        second = calls.record(event(CallEventType.OFFERED))

    assert (first.result, second.result) == ("applied", "duplicate")
    assert CallEventSeen.objects.count() == 1


def test_a_number_that_is_no_line_leaves_one_audit_line_and_nothing_else() -> None:
    with unit(SWITCH):
        recorded = calls.record(event(CallEventType.OFFERED, dnis="+74950000000"))

    assert recorded.result == "unknown_line"
    assert not Call.objects.exists()
    assert AuditEntry.objects.get().action == "call.unknown_line"


def test_the_caller_s_number_is_kept_encrypted_only(komet: Cast) -> None:
    with unit(SWITCH):
        calls.record(event(CallEventType.OFFERED))

    secret = CallSecret.objects.get()
    assert b"9001234567" not in bytes(secret.ciphertext or b"")


def test_a_missed_ring_gives_the_seat_back_and_the_call_waits(komet: Cast) -> None:
    with unit(SWITCH):
        calls.record(event(CallEventType.OFFERED))
        calls.record(event(CallEventType.RINGING, at=1, extension="101"))
        calls.record(event(CallEventType.RING_MISSED, at=5, extension="101"))

    call, seat = Call.objects.get(), Seat.objects.get()
    assert (call.state, call.seat_id, call.missed) == ("queued", None, 1)
    assert (seat.state, seat.missed) == ("ready", 1)


def test_the_dialog_follows_the_last_ringing_operator(komet: Cast) -> None:
    other = operator("102")
    with unit(SWITCH):
        calls.record(event(CallEventType.OFFERED))
        calls.record(event(CallEventType.RINGING, at=1, extension="101"))
        calls.record(event(CallEventType.RINGING, at=2, extension="102"))

    assert Call.objects.get().seat_id == other.pk
    assert Seat.objects.get(pk=komet.seat.pk).state == "ready"


EVENTS = [
    event(CallEventType.OFFERED, at=0),
    event(CallEventType.QUEUED, at=0.5),
    event(CallEventType.RINGING, at=1, extension="101"),
    event(CallEventType.ANSWERED, at=3, extension="101"),
    event(CallEventType.ENDED, at=60, outcome=CallOutcome.ANSWERED),
]


@pytest.mark.parametrize("order", list(permutations(range(5)))[::7])
def test_events_in_any_order_end_in_the_same_call(komet: Cast, order: tuple[int, ...]) -> None:
    with unit(SWITCH):
        for position in order:
            calls.record(EVENTS[position])

    call = Call.objects.get()
    assert (call.state, call.outcome) == ("ended", "answered")
    assert None not in (call.offered_at, call.queued_at, call.ringing_at, call.answered_at, call.ended_at)
    assert Seat.objects.get().state in ("ready", "wrapup")


def test_an_end_without_an_answer_is_an_abandoned_call(komet: Cast) -> None:
    with unit(SWITCH):
        calls.record(event(CallEventType.OFFERED))
        calls.record(event(CallEventType.RINGING, at=1, extension="101"))
        calls.record(event(CallEventType.ENDED, at=4))

    assert Call.objects.get().outcome == "abandoned"
    assert Seat.objects.get().state == "ready"
