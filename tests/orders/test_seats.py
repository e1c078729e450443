"""The operator's own state and figures: what is counted, by whom, and that it is nobody else's."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from callcenter.cookies import SEAT_COOKIE, hashed
from callcenter.models import Seat
from callcenter.tenancy.rules import SWITCH
from callcenter.tenancy.unit import unit
from orders.models import Call
from tests.harness import as_role
from tests.orders.cast import Cast, cast, clear, operator, ring_and_answer, secret_of

pytestmark = pytest.mark.django_db(databases="__all__")
FIGURES = {"since", "calls", "orders", "missed", "median_s", "online_s", "break_s", "last_answer"}


@pytest.fixture
def komet() -> Cast:
    return cast()


def shift(secret: str) -> dict[str, Any]:
    with as_role("web", seat=secret), connection.cursor() as cursor:
        cursor.execute("SELECT app.seat_snapshot() -> 'shift'")
        found: dict[str, Any] = json.loads(cursor.fetchone()[0])
    return found


def post(secret: str, path: str, **body: str) -> Any:
    client = Client()
    client.cookies[SEAT_COOKIE] = secret
    return client.post(path, body, content_type="application/json")


def handled(call: str, seconds: int, *, extension: str = "101") -> None:
    """One call of this length, as the exchange reported it."""
    with unit(SWITCH):
        ring_and_answer(extension, call=call)
    answered = Call.objects.get(external_id=call).answered_at
    assert answered is not None
    Call.objects.filter(external_id=call).update(state="ended", ended_at=answered + timedelta(seconds=seconds))


def test_the_usual_length_of_a_call_is_the_middle_one_of_those_that_ended(komet: Cast) -> None:
    for call, seconds in (("a", 30), ("b", 47), ("c", 300)):
        handled(call, seconds)
    with unit(SWITCH):
        ring_and_answer(call="d")

    figures = shift(komet.secret)

    assert (figures["calls"], figures["median_s"], figures["orders"], figures["missed"]) == (4, 47, 0, 0)


def test_what_comes_after_hanging_up_belongs_to_the_call(komet: Cast) -> None:
    handled("a", 30)
    ended = Call.objects.get().ended_at
    assert ended is not None
    Call.objects.update(disposed_at=ended + timedelta(seconds=15))

    assert shift(komet.secret)["median_s"] == 45


def test_the_figures_name_no_service_and_count_no_other_seat(komet: Cast) -> None:
    clear(operator("102").person, komet.service)
    handled("a", 30, extension="101")
    handled("b", 60, extension="102")

    assert set(shift(komet.secret)) == FIGURES
    assert (shift(komet.secret)["median_s"], shift(secret_of("102"))["median_s"]) == (30, 60)
    assert komet.service.name not in str(shift(komet.secret))


def test_before_the_first_call_there_is_no_usual_length(komet: Cast) -> None:
    assert (shift(komet.secret)["median_s"], shift(komet.secret)["last_answer"]) == (None, None)


def move(state: str, *, after_s: int) -> None:
    """Another state so many seconds after the last change."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE callcenter_seat SET state = %s, state_since = state_since + make_interval(secs => %s)",
            [state, after_s],
        )


def test_every_change_of_state_adds_to_the_time_on_line_or_on_a_break(komet: Cast) -> None:
    for state, after_s in (("busy", 100), ("wrapup", 47), ("ready", 5), ("break", 200), ("off", 90), ("ready", 1000)):
        move(state, after_s=after_s)

    assert (shift(komet.secret)["online_s"], shift(komet.secret)["break_s"]) == (352, 90)


def test_time_off_line_is_counted_nowhere(komet: Cast) -> None:
    Seat.objects.update(state="off")
    post(komet.secret, "/seat/state", state="ready")

    assert (shift(komet.secret)["online_s"], shift(komet.secret)["break_s"]) == (0, 0)


@pytest.mark.parametrize(("silent_for", "goes_on"), [(timedelta(hours=1), True), (timedelta(hours=5), False)])
def test_logging_in_again_goes_on_with_the_shift_unless_it_was_left_hours_ago(
    komet: Cast, silent_for: timedelta, goes_on: bool
) -> None:
    handled("a", 30)
    began = timezone.now() - timedelta(hours=6)
    Seat.objects.update(shift_since=began, seen_at=timezone.now() - silent_for, missed=2, online_s=1000)
    Call.objects.update(created_at=began)
    seat = Seat.objects.get()

    with as_role("auth"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT app.open_seat(%s, %s, %s, %s)", [seat.person_id, seat.workplace_id, uuid4(), hashed("new")]
        )
    figures = shift("new")

    assert (figures["calls"], figures["missed"], figures["online_s"] >= 1000) == (
        (1, 2, True) if goes_on else (0, 0, False)
    )


def test_the_time_without_a_page_is_no_time_on_line(komet: Cast) -> None:
    now = timezone.now()
    Seat.objects.update(state_since=now - timedelta(minutes=60), seen_at=now - timedelta(minutes=40))
    seat = Seat.objects.get()

    with as_role("auth"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT app.open_seat(%s, %s, %s, %s)", [seat.person_id, seat.workplace_id, uuid4(), hashed("new")]
        )

    assert 1200 <= shift("new")["online_s"] <= 1235


def wrap_up(*, since: float, left: float) -> None:
    now = timezone.now()
    Seat.objects.update(
        state="wrapup", state_since=now - timedelta(seconds=since), wrapup_until=now + timedelta(seconds=left)
    )


def test_a_wrap_up_can_be_made_longer_by_fifteen_seconds(komet: Cast) -> None:
    wrap_up(since=3, left=2)
    before = Seat.objects.get().wrapup_until
    assert before is not None

    assert post(komet.secret, "/seat/longer").status_code == 200

    after = Seat.objects.get().wrapup_until
    assert after is not None
    assert after - before == timedelta(seconds=15)


@pytest.mark.parametrize(("since", "left"), [(3.0, -1.0), (51.0, 10.0)])
def test_a_wrap_up_that_is_over_or_long_enough_stays_as_it_is(komet: Cast, since: float, left: float) -> None:
    wrap_up(since=since, left=left)
    before = Seat.objects.get().wrapup_until

    answer = post(komet.secret, "/seat/longer")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "wrapup")
    assert Seat.objects.get().wrapup_until == before


def test_a_browser_without_a_seat_makes_nothing_longer(komet: Cast) -> None:
    wrap_up(since=3, left=2)
    before = Seat.objects.get().wrapup_until

    assert post("guessed", "/seat/longer").status_code == 401
    assert Seat.objects.get().wrapup_until == before
