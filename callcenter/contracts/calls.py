"""Calls, as every exchange is translated: `call-event/1`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

CALL_EVENT_SCHEMA = "call-event/1"


class CallEventType(StrEnum):
    """The closed list of `call-event/1`, in the order of a call's life."""

    OFFERED = "call.offered"
    QUEUED = "call.queued"
    RINGING = "call.ringing"
    RING_MISSED = "call.ring_missed"
    ANSWERED = "call.answered"
    HELD = "call.held"
    RESUMED = "call.resumed"
    TRANSFERRED = "call.transferred"
    COMPLETED = "call.completed"
    ABANDONED = "call.abandoned"
    ENDED = "call.ended"
    RECORDING = "recording.available"


class CallOutcome(StrEnum):
    """How a call ended, as the exchange saw it."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    QUEUE_TIMEOUT = "queue_timeout"
    REJECTED = "rejected"
    FAILED = "failed"
    TRANSFERRED = "transferred"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """One normalised event of one call at one exchange; (`instance`, `call_id`) identifies the call, `event_id` the
    event.
    """

    event_id: str
    type: CallEventType
    occurred_at: datetime
    instance: str
    call_id: str
    leg_id: str = ""
    ani: str = ""
    dnis: str = ""
    extension: str = ""
    queue: str = ""
    diverted_from: str = ""
    diversion_reason: str = ""
    outcome: CallOutcome | None = None
    cause: int | None = None
    seq: int | None = None
