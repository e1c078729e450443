"""Who gets a call."""

from datetime import timedelta

import pytest
from django.utils import timezone

from callcenter.contracts import CallEventType
from callcenter.models import Seat, TaxiService
from callcenter.tenancy.rules import SWITCH
from callcenter.tenancy.unit import unit
from orders.actions import resync, route
from orders.actions.calls import record
from orders.models import Call
from tests.orders.cast import Cast, cast, clear, event, operator, ring_and_answer

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def komet() -> Cast:
    return cast()


def ask(call: str = "c1", *, dnis: str = "+74951230001", missed: tuple[str, ...] = ()) -> route.Route:
    question = route.offered_event("pbx", call, ani="+79001234567", dnis=dnis, now=timezone.now())
    with unit(SWITCH):
        return route.decide(question, missed=missed)


def test_the_operator_who_has_waited_longest_gets_the_call(komet: Cast) -> None:
    longer = operator("102", since=timezone.now() - timedelta(hours=1))
    clear(longer.person, komet.service)

    assert ask().extension == "102"


def test_an_operator_without_clearance_never_gets_the_call(komet: Cast) -> None:
    operator("102", since=timezone.now() - timedelta(hours=1))

    assert ask().extension == "101"


def test_a_chosen_seat_is_taken_and_the_next_call_waits(komet: Cast) -> None:
    first, second = ask("c1"), ask("c2")

    assert (first.action, second.action) == ("accept", "wait")
    assert (Call.objects.get(external_id="c2").state, second.retry_after_s) == ("queued", 1.0)


def test_after_a_miss_another_operator_is_asked(komet: Cast) -> None:
    other = operator("102")
    clear(other.person, komet.service)
    first = ask()
    with unit(SWITCH):
        record(event(CallEventType.RING_MISSED, at=9, extension=first.extension))

    assert {first.extension, ask(missed=(first.extension,)).extension} == {"101", "102"}


def test_an_unknown_number_and_a_suspended_service_are_rejected(komet: Cast) -> None:
    unknown = ask(dnis="+74950000000")
    TaxiService.objects.update(active=False)
    suspended = ask("c2")

    assert (unknown.action, unknown.cause) == ("reject", 1)
    assert (suspended.action, suspended.cause) == ("reject", 21)


def test_a_page_that_has_fallen_silent_gets_no_calls(komet: Cast) -> None:
    Seat.objects.update(seen_at=timezone.now() - timedelta(minutes=2))

    assert ask().action == "wait"


def test_a_seat_whose_wrap_up_is_over_is_free(komet: Cast) -> None:
    Seat.objects.update(state="wrapup", wrapup_until=timezone.now() - timedelta(seconds=1))

    assert ask().action == "accept"


def test_resync_ends_calls_the_exchange_has_lost_and_names_those_that_are_done(komet: Cast) -> None:
    with unit(SWITCH):
        ring_and_answer(call="lost")
    Call.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    other = operator("102")
    clear(other.person, komet.service)
    with unit(SWITCH):
        ring_and_answer("102", call="done")
    Call.objects.filter(external_id="done").update(disposition=1)

    with unit(SWITCH):
        release = resync.compare("pbx", ["done"])

    assert release == ["done"]
    assert Call.objects.get(external_id="lost").state == "ended"
