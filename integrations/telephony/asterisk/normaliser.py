"""From Asterisk's manager events to `call-event/1`.

What each event means was observed on Asterisk 22.10.1: all events of a call share `Linkedid`, and the caller's own
channel is the one whose `Uniqueid` equals it. `QueueCallerLeave` precedes every way out of a queue and therefore says
nothing; `QueueCallerAbandon` is also sent when the queue gives up on the caller, so how a call ended is known only at
the hang-up of the caller's channel. Hold and the transfers follow the manager's reference, not an observation.
"""

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from callcenter import phone
from callcenter.contracts import CallEvent, CallEventType, CallOutcome
from integrations.telephony.asterisk.ami import AmiFramer, AmiMessage
from integrations.telephony.events import own_event_id

CAUSE_NORMAL_CLEARING = 16
CAUSE_REJECTED = 21
REMEMBERED_CALLS = 10_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIMESTAMP = re.compile(r"(\d{1,11})(?:\.(\d{1,9}))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskSettings:
    """How one Asterisk is set up.

    `extension_pattern` finds the operator's extension in a queue member's interface by its group `extension`.
    `operator_contexts` are the dialplan contexts of operators' own phones: a channel born there is not a passenger's
    call. `country` completes national numbers.
    """

    extension_pattern: str = r"^(?:PJSIP|SIP|IAX2|Local)/(?:op)?(?P<extension>\d+)(?=$|[@/-])"
    operator_contexts: frozenset[str] = frozenset({"operators", "from-internal"})
    did_variable: str = "CC_DID"
    queue_status_variable: str = "QUEUESTATUS"
    country: str = "RU"


_TYPES = {
    "Newchannel": CallEventType.OFFERED,
    "QueueCallerJoin": CallEventType.QUEUED,
    "AgentCalled": CallEventType.RINGING,
    "AgentRingNoAnswer": CallEventType.RING_MISSED,
    "AgentConnect": CallEventType.ANSWERED,
    "AgentComplete": CallEventType.COMPLETED,
    "QueueCallerAbandon": CallEventType.ABANDONED,
    "Hold": CallEventType.HELD,
    "Unhold": CallEventType.RESUMED,
    "BlindTransfer": CallEventType.TRANSFERRED,
    "AttendedTransfer": CallEventType.TRANSFERRED,
    "Hangup": CallEventType.ENDED,
}
_ONLY_ON_THE_CALLERS_CHANNEL = frozenset({CallEventType.OFFERED, CallEventType.ENDED})
_ONLY_OF_KNOWN_CALLS = frozenset({CallEventType.HELD, CallEventType.RESUMED, CallEventType.TRANSFERRED})


@dataclass(slots=True)
class _Call:
    """What earlier events told about a call. `foreign` marks an operator's own call, which is none of ours."""

    foreign: bool = False
    ani: str = ""
    dnis: str = ""
    offered: bool = False
    queued: bool = False
    answered: bool = False
    transferred: bool = False
    caller_hung_up: bool = False
    queue_gave_up: bool = False
    abandoned: bool = False
    ended: bool = False


class Normaliser:
    """Turns the messages of one exchange into call events; keeps only what the later events of living calls need."""

    def __init__(self, *, instance: str, settings: AsteriskSettings | None = None) -> None:
        self._instance = instance
        self._settings = settings or AsteriskSettings()
        self._extension = re.compile(self._settings.extension_pattern)
        self._calls: OrderedDict[str, _Call] = OrderedDict()

    def normalise(self, message: AmiMessage, *, received_at: datetime) -> CallEvent | None:
        """Return the call event that a message stands for, or None; `received_at` is for messages without a time."""
        call_id = _call_id(message)
        if not call_id:
            return None
        if message.event == "HangupRequest" and message.get("Uniqueid") == call_id:
            self._call(call_id, message).caller_hung_up = True
        type_ = _TYPES.get(message.event)
        if type_ is None or not self._concerns_us(type_, call_id, message):
            return None
        call = self._call(call_id, message)
        if call.foreign or (call.ended and type_ is CallEventType.ENDED):
            return None
        self._note(call, type_, message)
        return self._event(call, type_, call_id=call_id, message=message, received_at=received_at)

    def _concerns_us(self, type_: CallEventType, call_id: str, message: AmiMessage) -> bool:
        if type_ in _ONLY_ON_THE_CALLERS_CHANNEL:
            return message.get("Uniqueid") == call_id
        return type_ not in _ONLY_OF_KNOWN_CALLS or call_id in self._calls

    def _call(self, call_id: str, message: AmiMessage) -> _Call:
        """Return what is known of the call; a call first met in the middle starts with what this message tells."""
        call = self._calls.get(call_id)
        if call is None:
            call = self._calls[call_id] = _Call(foreign=message.get("Context") in self._settings.operator_contexts)
            while len(self._calls) > REMEMBERED_CALLS:
                self._calls.popitem(last=False)
        self._calls.move_to_end(call_id)
        return call

    def _note(self, call: _Call, type_: CallEventType, message: AmiMessage) -> None:
        self._note_numbers(call, message)
        match type_:
            case CallEventType.OFFERED:
                call.offered = True
            case CallEventType.QUEUED:
                call.queued, call.abandoned, call.queue_gave_up = True, False, False
            case CallEventType.ANSWERED:
                call.queued, call.answered = True, True
            case CallEventType.COMPLETED:
                call.answered = True
                call.transferred = call.transferred or message.get("Reason") == "transfer"
            case CallEventType.ABANDONED:
                call.queued, call.abandoned, call.queue_gave_up = True, True, not call.caller_hung_up
            case CallEventType.TRANSFERRED:
                call.transferred = True
            case CallEventType.ENDED:
                call.ended = True

    def _note_numbers(self, call: _Call, message: AmiMessage) -> None:
        """Only the caller's channel has the caller in CallerIDNum and the dialled number in Exten."""
        country = self._settings.country
        did = phone.normalise(message.variables().get(self._settings.did_variable, ""), country)
        if message.get("Uniqueid") == message.get("Linkedid"):
            call.ani = call.ani or phone.normalise(message.get("CallerIDNum"), country)
            call.dnis = call.dnis or phone.normalise(message.get("Exten"), country)
        call.dnis = did or call.dnis

    def _event(
        self, call: _Call, type_: CallEventType, *, call_id: str, message: AmiMessage, received_at: datetime
    ) -> CallEvent:
        ended = type_ is CallEventType.ENDED
        event = CallEvent(
            event_id="",
            type=type_,
            occurred_at=_occurred_at(message, received_at),
            instance=self._instance,
            call_id=call_id,
            leg_id=_leg_id(message),
            ani=call.ani,
            dnis=call.dnis,
            extension=self._operator(message, call_id),
            queue=message.get("Queue"),
            outcome=self._outcome(call, message) if ended else None,
            cause=_cause(message) if ended else None,
        )
        return replace(event, event_id=own_event_id(event))

    def _operator(self, message: AmiMessage, call_id: str) -> str:
        """Return the operator's extension: of the queue member, or of the channel that is not the caller's."""
        channel = "" if message.get("Uniqueid") == call_id else message.get("Channel")
        found = self._extension.search(message.get("Interface") or channel)
        return found.group("extension") if found else ""

    def _outcome(self, call: _Call, message: AmiMessage) -> CallOutcome | None:
        """Tell how the call ended; None when we came too late to know.

        A queue that times out is told from a caller who hangs up by the order of events (the caller's HangupRequest
        precedes QueueCallerAbandon) and by the cause (0 for a caller, 16 for the dialplan), or by QUEUESTATUS where the
        exchange lists that variable.
        """
        cause = _cause(message)
        timed_out = message.variables().get(self._settings.queue_status_variable) == "TIMEOUT"
        if call.transferred:
            return CallOutcome.TRANSFERRED
        if call.answered:
            return CallOutcome.ANSWERED
        if timed_out or (call.queue_gave_up and cause == CAUSE_NORMAL_CLEARING):
            return CallOutcome.QUEUE_TIMEOUT
        if call.abandoned or call.caller_hung_up:
            return CallOutcome.ABANDONED
        if cause == CAUSE_REJECTED and not call.queued:
            return CallOutcome.REJECTED
        return CallOutcome.FAILED if call.offered or call.queued else None


def normalise_stream(
    chunks: Iterable[bytes], *, instance: str, received_at: datetime, settings: AsteriskSettings | None = None
) -> Iterator[CallEvent]:
    """Yield the call events in the bytes of one AMI connection, whatever the portions in which they arrive."""
    framer, normaliser = AmiFramer(), Normaliser(instance=instance, settings=settings)
    for chunk in chunks:
        for message in framer.feed(chunk):
            event = normaliser.normalise(message, received_at=received_at)
            if event is not None:
                yield event


def _call_id(message: AmiMessage) -> str:
    """Return what all channels of a call share; the transfer events name it by the transferring channel."""
    return message.get("Linkedid") or message.get("TransfererLinkedid") or message.get("OrigTransfererLinkedid")


def _leg_id(message: AmiMessage) -> str:
    names = ("DestUniqueid", "Uniqueid", "TransfererUniqueid", "OrigTransfererUniqueid")
    return next((value for name in names if (value := message.get(name))), "")


def _cause(message: AmiMessage) -> int | None:
    written = message.get("Cause")
    return int(written) if re.fullmatch(r"[0-9]{1,3}", written) else None


def _occurred_at(message: AmiMessage, received_at: datetime) -> datetime:
    """Return the exchange's own time, to the microsecond (`timestampevents=yes`)."""
    written = _TIMESTAMP.fullmatch(message.get("Timestamp"))
    if not written:
        return received_at.astimezone(UTC)
    seconds, fraction = written.groups("0")
    return _EPOCH + timedelta(seconds=int(seconds), microseconds=int(fraction[:6].ljust(6, "0")))
