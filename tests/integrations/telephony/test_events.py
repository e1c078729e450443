"""`call-event/1`: what we write we read again; what is wrong is refused with a sentence."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.contracts import CallEvent, CallEventType, CallOutcome
from integrations.telephony.events import event_json, own_event_id, parse_event
from integrations.telephony.questions import RouteQuestion, parse_live_calls, parse_route_question

NOW = datetime(2026, 11, 23, 0, 11, 18, 634661, tzinfo=UTC)
SMALLEST = {"type": "call.offered", "call": {"id": "1.0"}, "occurred_at": "2026-11-23T00:11:18.634661Z"}


def event(**changes: Any) -> CallEvent:
    values = {"event_id": "", "type": CallEventType.RINGING, "occurred_at": NOW, "instance": "pbx-1", "call_id": "1.0"}
    return CallEvent(**{**values, **changes})


def payload(**changes: Any) -> dict[str, Any]:
    return {**SMALLEST, **changes}


def test_the_json_form_has_the_sections_of_the_schema() -> None:
    ended = event(
        event_id="e1", type=CallEventType.ENDED, leg_id="1.1", ani="+79161234567", dnis="+74951230001",
        extension="101", queue="orders", outcome=CallOutcome.ABANDONED, cause=0, seq=4,
    )  # fmt: skip

    assert json.loads(json.dumps(event_json(ended))) == {
        "schema": "call-event/1",
        "event_id": "e1",
        "type": "call.ended",
        "occurred_at": "2026-11-23T00:11:18.634661Z",
        "source": {"instance": "pbx-1", "seq": 4},
        "call": {"id": "1.0", "leg_id": "1.1", "direction": "inbound", "ani": "+79161234567", "dnis": "+74951230001"},
        "queue": {"name": "orders"},
        "operator": {"extension": "101"},
        "end": {"outcome": "abandoned", "cause": 0},
    }


names = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)
maybe_names = st.one_of(st.just(""), names)
phones = st.sampled_from(["", "+79161234567", "+74951230001", "+375291234567"])
events = st.builds(
    CallEvent,
    event_id=st.just(""), type=st.sampled_from(CallEventType), instance=names, call_id=names, leg_id=maybe_names,
    occurred_at=st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    ani=phones, dnis=phones, extension=maybe_names, queue=maybe_names, diverted_from=phones,
    diversion_reason=maybe_names,
    outcome=st.one_of(st.none(), st.sampled_from(CallOutcome)), cause=st.one_of(st.none(), st.integers(0, 127)),
    seq=st.one_of(st.none(), st.integers(0, 2**63 - 1)),
)  # fmt: skip


@given(events)
def test_reading_gives_back_what_was_written(written: CallEvent) -> None:
    read = parse_event(json.loads(json.dumps(event_json(written))), instance=written.instance)

    assert read == CallEvent(
        **{**{name: getattr(written, name) for name in written.__slots__}, "event_id": own_event_id(written)}
    )
    assert parse_event(event_json(read)) == read


def test_the_smallest_event_is_type_call_and_time() -> None:
    read = parse_event(SMALLEST, instance="pbx-1")

    assert read == event(type=CallEventType.OFFERED, event_id=read.event_id)
    assert len(read.event_id) == 64


def test_unknown_fields_and_nulls_are_passed_over() -> None:
    extended = payload(operator=None, end=None, colour="green", call={"id": "1.0", "ani": None, "mood": "bad"})

    assert parse_event(extended, instance="pbx-1") == parse_event(SMALLEST, instance="pbx-1")


def test_numbers_come_in_any_usual_form_and_a_withheld_one_stays_hidden() -> None:
    call = {"id": "1.0", "ani": "8 (916) 123-45-67", "dnis": "sip:74951230001@trunk"}

    shown = parse_event(payload(call=call), instance="pbx-1")
    withheld = parse_event(payload(call={**call, "ani_presentation": "withheld"}), instance="pbx-1")

    assert (shown.ani, shown.dnis) == ("+79161234567", "+74951230001")
    assert (withheld.ani, withheld.dnis) == ("", "+74951230001")


def test_a_time_with_an_offset_is_read_as_the_same_moment() -> None:
    read = parse_event(payload(occurred_at="2026-11-23T03:11:18.634661+03:00"), instance="pbx-1")

    assert read.occurred_at == NOW
    assert read.occurred_at.utcoffset() == timedelta(0)


def test_the_signer_of_the_request_is_the_instance() -> None:
    assert parse_event(payload(source={"instance": "other"}), instance="pbx-1").instance == "pbx-1"
    assert parse_event(payload(source={"instance": "other"})).instance == "other"


def test_an_exchange_cannot_name_the_events_of_another() -> None:
    foreign = parse_event(payload(), instance="pbx-2").event_id

    claimed = parse_event(payload(event_id=foreign), instance="pbx-1").event_id

    assert claimed != foreign
    assert claimed == parse_event(payload(event_id=foreign), instance="pbx-1").event_id


def test_two_exchanges_may_use_the_same_call_id() -> None:
    assert parse_event(payload(), instance="pbx-1").event_id != parse_event(payload(), instance="pbx-2").event_id


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"type": None}, r"^type is missing; allowed are call\.offered, "),
        ({"type": "call.began"}, r"^type is 'call\.began'; allowed are call\.offered, "),
        ({"type": ["call.offered"]}, "^type is a list; allowed are "),
        ({"call": None}, r"^call\.id is missing; a string of 1 to 128 characters is allowed"),
        ({"call": "1.0"}, "^call is a string; a JSON object is allowed"),
        ({"call": {"id": "x" * 129}}, r"^call\.id has 129 characters; a string of at most 128 "),
        ({"call": {"id": 10}}, r"^call\.id is a number; a string of at most 128 "),
        ({"call": {"id": "a\x00b"}}, r"^call\.id has control characters"),
        ({"call": {"id": "a\ud800"}}, r"^call\.id has control characters"),
        ({"call": {"id": "1", "direction": "outbound"}}, r"^call\.direction is 'outbound'; inbound is allowed"),
        ({"occurred_at": None}, "^occurred_at is missing; ISO 8601 with an offset"),
        ({"occurred_at": "yesterday"}, "^occurred_at is 'yesterday'; ISO 8601 with an offset"),
        ({"occurred_at": "2026-11-23T00:11:18"}, "^occurred_at is '2026-11-23T00:11:18'; ISO 8601 with an offset"),
        ({"occurred_at": "0001-01-01T00:00:00+12:00"}, "^occurred_at is "),
        ({"occurred_at": 1795392678}, "^occurred_at is a number; a string "),
        ({"end": {"outcome": "lost"}}, r"^end\.outcome is 'lost'; allowed are answered, "),
        ({"end": {"cause": "16"}}, r"^end\.cause is '16'; a whole number from 0 to 999 is allowed"),
        ({"end": {"cause": True}}, r"^end\.cause is True; "),
        ({"source": {"seq": -1}}, r"^source\.seq is -1; a whole number from 0 to "),
        ({"operator": {"extension": "1" * 33}}, r"^operator\.extension has 33 characters"),
        ({"schema": "call-event/2"}, "^schema is 'call-event/2'; call-event/1 is allowed"),
    ],
)
def test_a_wrong_value_is_refused_with_field_value_and_what_is_allowed(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_event(payload(**changes), instance="pbx-1")


def test_an_event_that_names_no_exchange_is_refused_where_nobody_signed_it() -> None:
    with pytest.raises(ValueError, match=r"^source\.instance is missing"):
        parse_event(SMALLEST)


@pytest.mark.parametrize("ani", [79161234567, ["79161234567"], "7" * 129, "79161234567\x00"])
def test_a_refusal_never_shows_the_callers_number(ani: Any) -> None:
    with pytest.raises(ValueError, match=r"^call\.ani ") as refused:
        parse_event(payload(call={"id": "1.0", "ani": ani}), instance="pbx-1")

    assert "7916" not in str(refused.value)
    assert "7777" not in str(refused.value)


@pytest.mark.parametrize("number", ["79161234567", "8 (916) 123-45-67", "+7 916 123-45-67", "1230001"])
def test_a_number_in_the_wrong_field_is_not_shown_either(number: str) -> None:
    for changes in ({"type": number}, {"schema": number}, {"occurred_at": number}, {"end": {"cause": number}}):
        with pytest.raises(ValueError, match="…") as refused:
            parse_event(payload(**changes), instance="pbx-1")

        assert "123" not in str(refused.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELD_NAMES = ["schema", "event_id", "type", "occurred_at", "source", "call", "queue", "operator", "end"]
INNER_NAMES = ["id", "leg_id", "ani", "dnis", "direction", "instance", "seq", "extension", "name", "outcome", "cause"]
sections = st.dictionaries(st.sampled_from(INNER_NAMES), json_values)


@given(json_values | st.dictionaries(st.sampled_from(FIELD_NAMES), json_values | sections))
def test_any_json_is_an_event_or_a_sentence(anything: Any) -> None:
    with suppress(ValueError):
        assert parse_event(anything, instance="pbx-1").instance == "pbx-1"


def test_a_moment_of_another_zone_is_written_in_utc() -> None:
    moscow = NOW.astimezone(timezone(timedelta(hours=3)))

    assert event_json(event(occurred_at=moscow))["occurred_at"] == "2026-11-23T00:11:18.634661Z"


def test_a_route_question_names_the_call_and_who_missed_it() -> None:
    asked = {"call": {"id": "1.0", "ani": "79161234567", "dnis": "74951230001"}, "missed": ["101", "102"]}

    assert parse_route_question(asked) == RouteQuestion(
        call_id="1.0", ani="+79161234567", dnis="+74951230001", missed=("101", "102")
    )


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, r"^call\.id is missing"),
        ({"call": {"id": "1"}, "missed": "101"}, "^missed is a string; a list of at most 50 strings"),
        ({"call": {"id": "1"}, "missed": [101]}, r"^missed\.0 is a number"),
    ],
)
def test_a_route_question_that_is_none_is_refused(asked: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_route_question(asked)


def test_the_living_calls_of_an_exchange_are_a_list_of_ids() -> None:
    assert parse_live_calls({"calls": ["1.0", "2.0"]}) == ("1.0", "2.0")
    assert parse_live_calls({}) == ()
    with pytest.raises(ValueError, match=r"^calls is an object; a list"):
        parse_live_calls({"calls": {"1.0": True}})
