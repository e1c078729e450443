"""Recorded connections of a real Asterisk become the right calls."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.contracts import CallEvent, CallEventType, CallOutcome
from integrations.telephony.asterisk.ami import AmiFramer
from integrations.telephony.asterisk.normaliser import AsteriskSettings, Normaliser, normalise_stream
from integrations.telephony.asterisk.transcript import recorded_messages, wire_bytes

SAMPLES = Path(__file__).parents[2] / "samples" / "asterisk"
RECEIVED_AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
BANNER = b"Asterisk Call Manager/11.0.0\r\n"


def wire_of(name: str) -> bytes:
    with (SAMPLES / name).open(encoding="utf-8") as lines:
        return b"".join(wire_bytes(lines))


def read(chunks: Iterable[bytes], *, settings: AsteriskSettings | None = None) -> list[CallEvent]:
    return list(normalise_stream(chunks, instance="pbx-1", received_at=RECEIVED_AT, settings=settings))


def message(event: str, *, call: str = "1.0", leg: str = "1.0", **headers: str) -> bytes:
    fields = {"Event": event, "Uniqueid": leg, "Linkedid": call, "Context": "from-trunk", **headers}
    return "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items()).encode() + b"\r\n"


def outcome_of(*messages: bytes) -> CallOutcome | None:
    return read([BANNER, *messages])[-1].outcome


def test_the_answered_call_has_its_whole_life_with_numbers_and_operator() -> None:
    events = [event for event in read([wire_of("answered-and-rejected.ami.log")]) if event.call_id == "1795392678.0"]

    assert [(event.type, event.leg_id, event.extension, event.queue) for event in events] == [
        (CallEventType.OFFERED, "1795392678.0", "", ""),
        (CallEventType.QUEUED, "1795392678.0", "", "orders"),
        (CallEventType.RINGING, "1795392678.1", "101", "orders"),
        (CallEventType.ANSWERED, "1795392678.1", "101", "orders"),
        (CallEventType.COMPLETED, "1795392678.1", "101", "orders"),
        (CallEventType.ENDED, "1795392678.0", "", ""),
    ]
    assert {(event.instance, event.ani, event.dnis) for event in events} == {("pbx-1", "+79161234567", "+74951230001")}
    assert (events[-1].outcome, events[-1].cause) == (CallOutcome.ANSWERED, 16)


def test_the_call_refused_by_the_route_decision_ends_rejected() -> None:
    events = [event for event in read([wire_of("answered-and-rejected.ami.log")]) if event.call_id == "1795392681.2"]

    assert [event.type for event in events] == [CallEventType.OFFERED, CallEventType.ENDED]
    assert (events[-1].dnis, events[-1].outcome, events[-1].cause) == ("+78000000000", CallOutcome.REJECTED, 21)


def test_every_caller_who_gave_up_while_the_phone_rang_ends_abandoned() -> None:
    events = read([wire_of("abandoned.ami.log")])

    ended = [(event.call_id, event.outcome, event.cause) for event in events if event.type is CallEventType.ENDED]
    assert ended == [
        ("1795392765.3", CallOutcome.ABANDONED, 0),
        ("1795392769.5", CallOutcome.ABANDONED, 0),
        ("1795392772.7", CallOutcome.ABANDONED, 0),
    ]
    assert [event.type for event in events[:5]] == [
        CallEventType.OFFERED,
        CallEventType.QUEUED,
        CallEventType.RINGING,
        CallEventType.ABANDONED,
        CallEventType.ENDED,
    ]
    assert len(events) == 15


def test_times_are_those_of_the_exchange_to_the_microsecond() -> None:
    offered = read([wire_of("answered-and-rejected.ami.log")])[0]

    assert offered.occurred_at == datetime(2026, 11, 23, 0, 11, 18, 121636, tzinfo=UTC)


def test_a_short_fraction_of_a_second_is_a_fraction() -> None:
    offered = read([BANNER, message("Newchannel", Timestamp="1795392678.5")])[0]

    assert offered.occurred_at == datetime(2026, 11, 23, 0, 11, 18, 500000, tzinfo=UTC)


def test_a_message_without_a_time_has_the_time_of_its_receipt() -> None:
    assert read([BANNER, message("Newchannel")])[0].occurred_at == RECEIVED_AT


def test_every_event_of_the_recordings_has_an_id_of_its_own_and_the_same_one_again() -> None:
    wires = [wire_of("answered-and-rejected.ami.log"), wire_of("abandoned.ami.log")]
    ids = [[event.event_id for event in read([wire])] for wire in wires]

    assert ids == [[event.event_id for event in read([wire])] for wire in wires]
    assert len({event_id for some in ids for event_id in some}) == 8 + 15


CYRILLIC = wire_of("answered-and-rejected.ami.log").replace(
    b"CallerIDName: <unknown>", "CallerIDName: Иван Петров".encode()
)


@given(st.lists(st.integers(min_value=0, max_value=len(CYRILLIC)), max_size=40))
def test_the_portions_in_which_bytes_arrive_change_nothing(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(CYRILLIC)]

    assert read(CYRILLIC[start:end] for start, end in pairwise(edges)) == read([CYRILLIC])


@given(st.integers(min_value=1, max_value=20))
def test_a_cyrillic_name_survives_portions_of_any_size(size: int) -> None:
    framer = AmiFramer()
    portions = (CYRILLIC[at : at + size] for at in range(0, len(CYRILLIC), size))

    names = {received.get("CallerIDName") for portion in portions for received in framer.feed(portion)}

    assert names == {"Иван Петров", ""}


def test_the_callers_hang_up_after_the_operators_leg_is_the_end_of_the_call() -> None:
    events = read(
        [BANNER, message("Newchannel"), message("Hangup", leg="1.1", Cause="16"), message("Hangup", Cause="16")]
    )

    assert [event.type for event in events] == [CallEventType.OFFERED, CallEventType.ENDED]


def test_a_call_ends_once() -> None:
    events = read([BANNER, message("Newchannel"), message("Hangup", Cause="16"), message("Hangup", Cause="16")])

    assert [event.type for event in events] == [CallEventType.OFFERED, CallEventType.ENDED]


def test_the_operators_channel_never_lends_its_number_to_a_withheld_caller() -> None:
    hold = message("Hold", leg="1.1", Channel="PJSIP/op101-00000001", CallerIDNum="74951230001", Exten="74951230009")

    events = read([BANNER, message("Newchannel", CallerIDNum="<unknown>", Exten="s"), hold])

    assert [(event.type, event.ani, event.dnis) for event in events] == [
        (CallEventType.OFFERED, "", ""),
        (CallEventType.HELD, "", ""),
    ]


def test_leaving_the_queue_is_not_giving_up() -> None:
    events = read([BANNER, message("Newchannel"), message("QueueCallerJoin"), message("QueueCallerLeave")])

    assert [event.type for event in events] == [CallEventType.OFFERED, CallEventType.QUEUED]


def test_a_queue_that_timed_out_is_told_from_a_caller_who_gave_up() -> None:
    waiting = [message("Newchannel"), message("QueueCallerJoin")]

    assert (
        outcome_of(*waiting, message("QueueCallerAbandon"), message("Hangup", Cause="16")) is CallOutcome.QUEUE_TIMEOUT
    )
    assert outcome_of(*waiting, message("QueueCallerAbandon"), message("Hangup", Cause="0")) is CallOutcome.ABANDONED
    hung_up = [message("HangupRequest"), message("QueueCallerAbandon")]
    assert outcome_of(*waiting, *hung_up, message("Hangup", Cause="16")) is CallOutcome.ABANDONED


def test_the_queue_status_variable_settles_a_time_out() -> None:
    messages = [message("QueueCallerJoin"), message("QueueCallerAbandon"), message("HangupRequest")]

    ended = message("Hangup", Cause="0", ChanVariable="QUEUESTATUS=TIMEOUT")
    assert outcome_of(message("Newchannel"), *messages, ended) is CallOutcome.QUEUE_TIMEOUT


def test_a_call_that_was_never_queued_ends_by_its_cause() -> None:
    assert outcome_of(message("Newchannel"), message("Hangup", Cause="21")) is CallOutcome.REJECTED
    assert outcome_of(message("Newchannel"), message("Hangup", Cause="34")) is CallOutcome.FAILED
    assert (
        outcome_of(message("Newchannel"), message("HangupRequest"), message("Hangup", Cause="0"))
        is CallOutcome.ABANDONED
    )


def test_a_call_met_only_at_its_end_has_no_claimed_outcome() -> None:
    assert outcome_of(message("Hangup", Cause="16")) is None


def test_a_call_met_in_the_middle_is_still_known_as_answered() -> None:
    connected = message("AgentConnect", DestUniqueid="1.1", Interface="PJSIP/op101", CallerIDNum="79161234567")

    events = read([BANNER, connected, message("Hangup", Cause="16")])

    assert [(event.type, event.extension, event.ani) for event in events] == [
        (CallEventType.ANSWERED, "101", "+79161234567"),
        (CallEventType.ENDED, "", "+79161234567"),
    ]
    assert events[-1].outcome is CallOutcome.ANSWERED


def test_a_call_that_an_operator_makes_is_none_of_ours() -> None:
    messages = [message("Newchannel", Context="operators"), message("Hangup", Context="dialout", Cause="16")]

    assert read([BANNER, *messages]) == []


def test_a_second_operator_rings_after_the_first_missed() -> None:
    first, second = ({"DestUniqueid": f"1.{n}", "Interface": f"PJSIP/op10{n}"} for n in (1, 2))
    messages = [
        message("AgentCalled", **first),
        message("AgentRingNoAnswer", **first),
        message("AgentCalled", **second),
    ]

    assert [(event.type, event.leg_id, event.extension) for event in read([BANNER, *messages])] == [
        (CallEventType.RINGING, "1.1", "101"),
        (CallEventType.RING_MISSED, "1.1", "101"),
        (CallEventType.RINGING, "1.2", "102"),
    ]


@pytest.mark.parametrize(
    ("interface", "extension"),
    [
        ("PJSIP/op101", "101"),
        ("PJSIP/101", "101"),
        ("SIP/101", "101"),
        ("Local/101@operators/n", "101"),
        ("PJSIP/op101abc", ""),
        ("PJSIP/anna", ""),
    ],
)
def test_the_extension_is_found_in_the_members_interface(interface: str, extension: str) -> None:
    assert [event.extension for event in read([BANNER, message("AgentCalled", Interface=interface)])] == [extension]


def test_the_extension_pattern_is_a_setting() -> None:
    settings = AsteriskSettings(extension_pattern=r"^SIP/desk-(?P<extension>\w+)$")

    events = read([BANNER, message("AgentCalled", Interface="SIP/desk-a7")], settings=settings)

    assert events[0].extension == "a7"


def test_the_dialled_number_of_the_route_variable_beats_the_extension() -> None:
    offered = message("Newchannel", Exten="74951230001", ChanVariable="CC_DID=74951230002")

    assert read([BANNER, offered])[0].dnis == "+74951230002"


def test_a_transferred_call_ends_transferred_and_names_the_operator_who_held_it() -> None:
    transfer = b"Event: BlindTransfer\r\nTransfererUniqueid: 1.1\r\nTransfererLinkedid: 1.0\r\n\r\n"
    hold = message("Hold", leg="1.1", Channel="PJSIP/op101-00000001", CallerIDNum="74951230001", Exten="s")
    events = read(
        [BANNER, message("Newchannel", CallerIDNum="79161234567"), hold, transfer, message("Hangup", Cause="16")]
    )

    assert [(event.type, event.extension, event.ani) for event in events[1:]] == [
        (CallEventType.HELD, "101", "+79161234567"),
        (CallEventType.TRANSFERRED, "", "+79161234567"),
        (CallEventType.ENDED, "", "+79161234567"),
    ]
    assert events[-1].outcome is CallOutcome.TRANSFERRED


def test_a_normaliser_forgets_calls_whose_end_never_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.telephony.asterisk.normaliser.REMEMBERED_CALLS", 2)
    normaliser = Normaliser(instance="pbx-1")
    framer = AmiFramer()
    opened = [message("Newchannel", call=f"{n}.0", leg=f"{n}.0") for n in range(3)]
    ends = [message("Hangup", call=f"{n}.0", leg=f"{n}.0", Cause="34") for n in (2, 0)]

    messages = framer.feed(b"".join([BANNER, *opened, *ends]))
    events = [normaliser.normalise(received, received_at=RECEIVED_AT) for received in messages]

    assert [event and event.outcome for event in events[3:]] == [CallOutcome.FAILED, None]


def test_a_transcript_keeps_the_receive_time_of_every_message() -> None:
    with (SAMPLES / "abandoned.ami.log").open(encoding="utf-8") as lines:
        first = next(iter(recorded_messages(lines)))

    assert first.received_at == datetime(2026, 11, 23, 0, 12, 44, 348000, tzinfo=UTC)
    assert first.wire == b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n"


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "line 1 is not the banner"),
        (["Event: Hangup"], "line 1 is not the banner"),
        (["b'x'", "Event: Hangup"], "line 2 stands before"),
        (["b'x'", "--- noon"], "line 2 is '--- noon'"),
        (["b'x'", "--- NaN"], "line 2 is '--- NaN'"),
    ],
)
def test_a_file_that_is_no_transcript_is_refused_with_its_line(lines: list[str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        list(wire_bytes(lines))
