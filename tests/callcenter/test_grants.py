"""The right to one call, as the database gives it: who may take it, how long it lasts, what ends it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from callcenter.cookies import hashed
from callcenter.models import Grant, Seat
from orders.models import Call
from tests.factories import Rival, make_centre, make_rivals, open_grant
from tests.harness import as_role

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def own() -> Rival:
    return make_rivals(2)[0]


def asked(statement: str, *parameters: Any, role: str = "web", seat: str = "", token: str = "") -> list[Any]:
    """Ask as the role, with what it holds."""
    with as_role(role, seat=seat, token=token), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def redeem(call: UUID, token: str, *, seat: str) -> list[Any]:
    """Try to take the right to the call for the browser with this seat secret."""
    return asked("SELECT grant_id FROM app.redeem(%s, %s)", call, hashed(token), seat=seat)


def reads(token: str) -> list[UUID]:
    """The calls that this token shows."""
    with as_role("web", token=token):
        return [call.pk for call in Call.objects.all()]


def grant_of(own: Rival) -> Grant:
    return Grant.objects.get(token_hash=hashed(own.call_token))


def test_the_seat_that_answered_takes_the_right(own: Rival) -> None:
    Grant.objects.filter(pk=grant_of(own).pk).update(token_hash=None, redeemed_at=None)

    assert len(redeem(own.answered.pk, "mine", seat=own.desk.secret)) == 1
    assert reads("mine") == [own.answered.pk]


def test_redeeming_again_kills_the_older_token(own: Rival) -> None:
    redeem(own.answered.pk, "newer", seat=own.desk.secret)

    assert reads(own.call_token) == []
    assert reads("newer") == [own.answered.pk]


@pytest.mark.parametrize("seat", ["seat-secret-102", "seat-secret-201", "seat-secret-900", "guessed", ""])
def test_no_other_seat_can_take_it(own: Rival, seat: str) -> None:
    make_centre()

    assert redeem(own.answered.pk, "thief", seat=seat) == []
    assert reads("thief") == []
    assert reads(own.call_token) == [own.answered.pk]


def test_while_it_rings_there_is_nothing_to_take(own: Rival) -> None:
    assert redeem(own.ringing.pk, "early", seat=own.second.secret) == []


@pytest.mark.parametrize("field", ["closed_at", "expires_at", "hard_expires_at"])
def test_a_right_that_has_ended_cannot_be_taken_again(own: Rival, field: str) -> None:
    Grant.objects.filter(pk=grant_of(own).pk).update(**{field: timezone.now() - timedelta(seconds=1)})

    assert redeem(own.answered.pk, "late", seat=own.desk.secret) == []


def test_a_closed_seat_takes_nothing(own: Rival) -> None:
    Seat.objects.filter(pk=own.desk.seat.pk).update(closed_at=timezone.now())

    assert redeem(own.answered.pk, "late", seat=own.desk.secret) == []


def test_closing_the_seat_ends_what_it_held_and_nothing_else(own: Rival) -> None:
    other = make_others_token()

    asked("SELECT app.close_seat('logout')", seat=own.desk.secret)

    assert grant_of(own).close_reason == "logout"
    assert reads(own.call_token) == []
    assert len(reads(other)) == 1


def make_others_token() -> str:
    return "call-token-1"


def test_closing_the_held_right_ends_that_one_and_the_first_reason_stays(own: Rival) -> None:
    asked("SELECT app.close_held_grant('left')", token=own.call_token)
    asked("SELECT app.close_held_grant('again')", token=own.call_token)

    assert grant_of(own).close_reason == "left"
    assert len(reads(make_others_token())) == 1


def test_a_sign_of_life_prolongs_the_own_right_alone(own: Rival) -> None:
    soon = timezone.now() + timedelta(seconds=5)
    live = Grant.objects.filter(kind="call", closed_at__isnull=True, expires_at__gt=timezone.now())
    ids = list(live.values_list("pk", flat=True))
    assert len(ids) > 1
    live.update(expires_at=soon)

    asked("SELECT app.seat_beat()", seat=own.desk.secret)

    prolonged = [grant.pk for grant in Grant.objects.filter(pk__in=ids, expires_at__gt=soon + timedelta(seconds=30))]
    assert prolonged == [grant_of(own).pk]


@pytest.mark.parametrize("field", ["closed_at", "expires_at", "hard_expires_at"])
def test_a_sign_of_life_revives_nothing(own: Rival, field: str) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Grant.objects.filter(pk=grant_of(own).pk).update(**{field: past})

    asked("SELECT app.seat_beat()", seat=own.desk.secret)

    assert reads(own.call_token) == []


def test_logging_in_again_at_the_same_desk_moves_the_call_and_the_older_browser_loses_it(own: Rival) -> None:
    log_in_at(own, own.desk.seat.workplace_id)

    assert redeem(own.answered.pk, "old browser", seat=own.desk.secret) == []
    assert reads(own.call_token) == []
    assert len(redeem(own.answered.pk, "new browser", seat="new")) == 1
    assert reads("new browser") == [own.answered.pk]


def test_logging_in_at_another_desk_ends_the_right(own: Rival) -> None:
    log_in_at(own, own.second.seat.workplace_id)

    assert grant_of(own).close_reason == "replaced"
    assert redeem(own.answered.pk, "new browser", seat="new") == []


def log_in_at(own: Rival, workplace: UUID) -> None:
    asked(
        "SELECT app.open_seat(%s, %s, %s, %s)", own.desk.person.pk, workplace, uuid4(), hashed("new"), role="auth"
    )  # fmt: skip


def test_a_request_that_holds_a_call_touches_the_seat_of_this_call_and_no_other(own: Rival) -> None:
    before = versions()

    assert asked("SELECT seat, version FROM app.touch_held_seat()", token=own.call_token) == [(own.desk.seat.pk, 2)]
    assert {seat for seat, version in versions().items() if version != before[seat]} == {own.desk.seat.pk}
    for token in ("", own.closed_token, own.manager_token):
        assert asked("SELECT seat, version FROM app.touch_held_seat()", token=token) == []


def versions() -> dict[UUID, int]:
    return dict(Seat.objects.values_list("pk", "version"))


def test_a_call_and_a_seat_have_at_most_one_open_right(own: Rival) -> None:
    for seat, call in ((own.second.seat, own.answered), (own.desk.seat, own.ringing)):
        with pytest.raises(IntegrityError, match=r"one_per_call|one_call_per_seat"), transaction.atomic():
            open_grant("second", own.desk.person, seat=seat, call=call)


def test_entering_says_open_closed_or_unknown_and_gives_ids_only_when_open(own: Rival) -> None:
    def entered(token: str) -> tuple[Any, ...]:
        found: tuple[Any, ...] = asked("SELECT state, service_id, call_id FROM app.enter(false)", token=token)[0]
        return found

    assert entered(own.call_token) == ("open", own.service.pk, own.answered.pk)
    assert entered(own.closed_token) == entered(own.expired_token) == ("closed", None, None)
    assert entered("guessed") == entered("") == ("unknown", None, None)


def test_the_right_to_a_call_is_no_right_to_the_service_and_the_other_way_round(own: Rival) -> None:
    held = "SELECT app.call_service(), app.call(), app.tenant(), app.staff()"

    assert asked(held, token=own.call_token) == [(own.service.pk, own.answered.pk, None, None)]
    assert asked(held, token=own.manager_token) == [(None, None, own.service.pk, None)]


def test_the_limits_are_the_database_s_and_not_the_browser_s(own: Rival) -> None:
    hard: datetime = grant_of(own).hard_expires_at
    redeem(own.answered.pk, "again", seat=own.desk.secret)

    assert Grant.objects.get(token_hash=hashed("again")).hard_expires_at == hard
