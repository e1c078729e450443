"""What follows from each outcome: the whole of "exactly once", without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from callcenter.contracts import Duplicate, FailureKind, Found, Placed, Rejected, TransportFailure, Trouble, Unclear
from integrations.delivery.decide import (
    SIMILAR,
    TOO_LATE,
    UNCONFIRMED,
    Accept,
    Expire,
    LookAt,
    Outcome,
    Refuse,
    Review,
    SendAt,
    Tried,
    after_place,
    after_search,
    name_of,
    overdue,
)
from integrations.delivery.pace import Pace

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PACE = Pace()
SENT = Tried(
    now=NOW,
    expires_at=NOW + timedelta(minutes=3),
    first_sent_at=NOW,
    sends=1,
    searches=0,
    failures=0,
    looks=0,
    ends_seen=1,
    similar_seen=False,
)
NOT_SENT = TransportFailure(FailureKind.NOT_SENT, "no connection: refused")
UNKNOWN = TransportFailure(FailureKind.UNKNOWN, "no answer in time")
WRONG_KEY = Rejected(code="4", phrase="A fault", configuration=True, trouble=Trouble.KEY)
NONE = Found(numbers=())


def test_a_number_is_an_acceptance() -> None:
    assert after_place(Placed(number="4711"), SENT, PACE) == Accept("4711")


def test_a_refusal_is_passed_on() -> None:
    refusal = Rejected(code="110", phrase="Not from this number")

    assert after_place(refusal, SENT, PACE) == Refuse(refusal)


def test_a_refusal_of_our_own_settings_waits_for_their_repair() -> None:
    assert after_place(WRONG_KEY, SENT, PACE) == SendAt(NOW, nothing_left=True)
    assert after_place(WRONG_KEY, replace(SENT, sends=2), PACE) == LookAt(NOW, searches=2, nothing_left=True)


@pytest.mark.parametrize("outcome", [UNKNOWN, Unclear(reason="status 502"), Duplicate(), Placed(number="1" * 41)])
def test_whatever_may_have_arrived_is_looked_for_after_a_second(outcome: Outcome) -> None:
    step = after_place(outcome, SENT, PACE)

    assert isinstance(step, LookAt)
    assert step.searches == 0
    assert timedelta(seconds=0.8) <= step.at - NOW <= timedelta(seconds=1.2)


def test_what_never_left_is_sent_again_and_not_counted() -> None:
    assert after_place(NOT_SENT, SENT, PACE) == SendAt(NOW, nothing_left=True)


def test_a_retry_is_never_set_behind_the_end_of_the_order() -> None:
    late = replace(SENT, failures=10, expires_at=NOW + timedelta(seconds=1))

    assert after_place(NOT_SENT, late, PACE) == SendAt(NOW + timedelta(seconds=1), nothing_left=True)


def test_a_second_send_that_never_left_is_looked_for_once_more_before_the_next() -> None:
    step = after_place(NOT_SENT, replace(SENT, sends=2), PACE)

    assert step == LookAt(NOW, searches=2, nothing_left=True)


def test_one_order_with_our_marker_is_ours() -> None:
    assert after_search(Found(numbers=("4711",)), SENT, PACE) == Accept("4711")


def test_several_orders_with_our_marker_are_for_a_person() -> None:
    assert after_search(Found(numbers=("1", "2")), SENT, PACE) == Review(UNCONFIRMED)


def test_an_order_that_is_not_there_is_looked_for_again() -> None:
    step = after_search(NONE, SENT, PACE)

    assert isinstance(step, LookAt)
    assert step.searches == 1
    assert timedelta(seconds=1.6) <= step.at - NOW <= timedelta(seconds=2.4)


def test_three_empty_looks_allow_one_more_send() -> None:
    assert after_search(NONE, replace(SENT, searches=2), PACE) == SendAt(NOW, nothing_left=False)


@pytest.mark.parametrize("silence", [UNKNOWN, NOT_SENT, Unclear(reason="status 502")])
def test_a_look_without_an_answer_does_not_count(silence: Outcome) -> None:
    step = after_search(silence, replace(SENT, searches=2), PACE)

    assert isinstance(step, LookAt)
    assert step.searches == 2


def test_a_look_without_an_answer_after_the_end_of_the_order_leaves_it_to_a_person() -> None:
    assert after_search(UNKNOWN, replace(SENT, expires_at=NOW), PACE) == Review(UNCONFIRMED)


def test_nothing_is_sent_again_after_the_end_of_the_order() -> None:
    assert after_search(NONE, replace(SENT, searches=2, expires_at=NOW), PACE) == Review(UNCONFIRMED)


def test_there_is_no_third_send() -> None:
    assert after_search(NONE, replace(SENT, searches=2, sends=2, ends_seen=2), PACE) == Review(UNCONFIRMED)


def test_a_similar_order_that_is_not_ours_is_for_a_person() -> None:
    assert after_search(NONE, replace(SENT, searches=2, similar_seen=True), PACE) == Review(SIMILAR)


def test_a_similar_order_that_bears_our_marker_is_ours() -> None:
    assert after_search(Found(numbers=("4711",)), replace(SENT, similar_seen=True), PACE) == Accept("4711")


def test_a_request_whose_end_nobody_saw_is_not_repeated_while_it_may_still_be_under_way() -> None:
    unseen = replace(SENT, searches=2, ends_seen=0, first_sent_at=NOW - timedelta(seconds=7))

    assert after_search(NONE, unseen, PACE) == LookAt(NOW + timedelta(seconds=11), searches=3)
    later = replace(unseen, now=NOW + timedelta(seconds=11), searches=3)
    assert after_search(NONE, later, PACE) == SendAt(NOW + timedelta(seconds=11), nothing_left=False)


def test_an_order_of_which_nothing_was_sent_expires() -> None:
    unsent = replace(SENT, sends=0, first_sent_at=None)

    assert overdue(unsent) is None
    assert overdue(replace(unsent, now=unsent.expires_at)) == Expire(TOO_LATE)


def test_an_order_that_may_have_arrived_is_for_a_person_instead() -> None:
    assert overdue(replace(SENT, now=SENT.expires_at)) == Review(UNCONFIRMED)


@pytest.mark.parametrize(
    ("outcome", "kept"),
    [
        (Placed(number="4711"), ("placed", "", "")),
        (Rejected(code="110", phrase="Refused", detail="Иванов в чёрном списке"), ("rejected", "110", "")),
        (Duplicate(detail="Ленина 15"), ("similar", "", "")),
        (WRONG_KEY, ("not_sent", "key", "refused with code 4")),
        (NOT_SENT, ("not_sent", "unreachable", "no connection: refused")),
        (UNKNOWN, ("unknown", "silent", "no answer in time")),
        (Unclear(reason="status 502"), ("unclear", "", "status 502")),
        (NONE, ("none", "", "")),
        (Found(numbers=("1",)), ("found", "", "")),
        (Found(numbers=("1", "2", "3")), ("several", "", "")),
    ],
)
def test_a_try_keeps_codes_and_nothing_of_the_program_s_own_words(outcome: Outcome, kept: tuple[str, str, str]) -> None:
    assert name_of(outcome) == kept
