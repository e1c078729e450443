"""The state machines of calls and orders: which event or answer may move what. Pure; nothing else changes a state."""

from collections.abc import Mapping

from callcenter.contracts import CallEventType

# Rank of a call's states: an event of a lower rank than the present state came late and only fills empty fields.
CALL_RANK: Mapping[str, int] = {"offered": 0, "queued": 1, "ringing": 2, "answered": 3, "ended": 4}
EVENT_STATE: Mapping[CallEventType, str] = {
    CallEventType.OFFERED: "offered",
    CallEventType.QUEUED: "queued",
    CallEventType.RINGING: "ringing",
    CallEventType.RING_MISSED: "queued",
    CallEventType.ANSWERED: "answered",
    CallEventType.ENDED: "ended",
}

ORDER_MOVES: Mapping[str, frozenset[str]] = {
    "queued": frozenset({"sending", "unknown", "accepted", "rejected", "expired"}),
    "sending": frozenset({"queued", "unknown", "accepted", "rejected", "expired"}),
    "unknown": frozenset({"queued", "sending", "accepted", "rejected", "expired"}),
    "expired": frozenset({"queued", "accepted"}),
    "rejected": frozenset(),
    "accepted": frozenset(),
}
ON_THE_WAY = ("queued", "sending", "unknown")


class ForbiddenMove(Exception):
    """A change of state that the table does not allow."""


def call_after(state: str, event: CallEventType) -> str:
    """Return the call's state after the event; an earlier or unranked event leaves it as it is.

    A missed ring is the one way back: from ringing to waiting.
    """
    wanted = EVENT_STATE.get(event, state)
    if event is CallEventType.RING_MISSED:
        return "queued" if state == "ringing" else state
    return wanted if CALL_RANK[wanted] > CALL_RANK[state] else state


def move_order(state: str, wanted: str) -> str:
    """Return `wanted`, or raise ForbiddenMove."""
    if wanted != state and wanted not in ORDER_MOVES[state]:
        raise ForbiddenMove(f"An order cannot go from {state} to {wanted}.")
    return wanted
