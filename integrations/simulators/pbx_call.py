"""One simulated call: a caller with a plan, an exchange that asks who shall take the call, a telephone that rings."""

import asyncio
import hashlib
import logging
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.simulators.pbx_link import Link, NoAnswer, Outbox, Sending
from integrations.simulators.pbx_plan import CallPlan, Options

CAUSE_NORMAL_CLEARING = 16
CAUSE_REJECTED = 21
DEFAULT_RETRY_S = 1.0
SHORTEST_RETRY_S = 0.05
DELIVERED_BEFORE_ASKING_S = 1.0

logger = logging.getLogger("pbx")

Ending = tuple[str, int]
ABANDONED: Ending = ("abandoned", 0)
TIMED_OUT: Ending = ("queue_timeout", CAUSE_NORMAL_CLEARING)
ANSWERED: Ending = ("answered", CAUSE_NORMAL_CLEARING)
ENDED_BY = {"abandoned": "caller", "answered": "caller", "queue_timeout": "system", "rejected": "system"}


class SimulatedCall:
    """Lives from the caller's ring to the last event taken by the switch; `release` makes the caller say goodbye."""

    def __init__(self, plan: CallPlan, *, options: Options, link: Link) -> None:
        self.plan = plan
        self.over = False
        self._options = options
        self._link = link
        self._outbox = Outbox(link)
        self._released = asyncio.Event()
        self._released_at: str | None = None
        self._sendings: list[Sending] = []
        self._questions: list[dict[str, Any]] = []
        self._missed: list[str] = []
        self._outcome = ""

    def release(self) -> None:
        """Let the caller hang up: the order is taken, or nobody is there any more."""
        self._released_at = self._released_at or _now()
        self._released.set()

    async def live(self) -> None:
        sender = asyncio.create_task(self._outbox.run())
        try:
            self._tell("call.offered")
            self._outcome, cause = await self._reach_operator()
            self.over = True
            self._tell("call.ended", end={"outcome": self._outcome, "by": ENDED_BY[self._outcome], "cause": cause})
            logger.info("call %s ended: %s", self.plan.call_id, self._outcome)
            await self._outbox.empty()
        finally:
            self.over = True
            sender.cancel()

    def journal(self) -> dict[str, Any]:
        """Return all that the call saw, for the report."""
        return {
            "call": self.plan.call_id,
            "ani": self.plan.ani,
            "dnis": self.plan.dnis,
            "gives_up": self.plan.gives_up,
            "missed": self._missed,
            "outcome": self._outcome,
            "released_at": self._released_at,
            "routes": self._questions,
            "events": [_journal_entry(sending) for sending in self._sendings],
        }

    async def _reach_operator(self) -> Ending:
        """Ask who shall take the call until somebody did, the switch refused it, or the caller lost patience."""
        rang_at = _clock()
        queued = False
        while True:
            answer = await self._ask_route()
            if answer.get("action") == "reject":
                return "rejected", _whole(answer.get("cause"), CAUSE_REJECTED)
            if answer.get("action") == "accept":
                ending = await self._ring(str(answer.get("extension", "")))
            else:
                if not queued:
                    self._tell("call.queued", queue={"name": "orders"})
                    queued = True
                ending = await self._wait(answer, rang_at=rang_at)
            if ending is not None:
                return ending

    async def _wait(self, answer: Mapping[str, Any], *, rang_at: float) -> Ending | None:
        patience_ends = rang_at + self.plan.patience_s
        queue_ends = rang_at + _seconds(answer.get("max_wait_s"), float("inf"))
        ask_again = _clock() + max(SHORTEST_RETRY_S, _seconds(answer.get("retry_after_s"), DEFAULT_RETRY_S))
        if await self._released_by(min(patience_ends, queue_ends, ask_again)) or _clock() >= patience_ends:
            self._tell("call.abandoned")
            return ABANDONED
        return TIMED_OUT if _clock() >= queue_ends else None

    async def _ring(self, extension: str) -> Ending | None:
        leg = f"{self.plan.call_id}-{len(self._missed) + 1}"
        self._tell("call.ringing", extension=extension, leg_id=leg)
        rings_s = self.plan.patience_s if self.plan.gives_up else self._options.ring_s
        if await self._released_by(_clock() + rings_s) or self.plan.gives_up:
            self._tell("call.abandoned")
            return ABANDONED
        if self.plan.first_operator_misses and not self._missed:
            self._missed.append(extension)
            self._tell("call.ring_missed", extension=extension, leg_id=leg)
            return None
        self._tell("call.answered", extension=extension, leg_id=leg)
        await self._released_by(_clock() + self._options.talk_s)
        self._tell("call.completed", extension=extension, leg_id=leg)
        return ANSWERED

    async def _released_by(self, moment: float) -> bool:
        """Wait until the moment or the release, whichever is first; True for the release."""
        try:
            await asyncio.wait_for(self._released.wait(), max(0.0, moment - _clock()))
        except TimeoutError:
            return False
        return True

    async def _ask_route(self) -> Mapping[str, Any]:
        """Ask the switch; no usable answer reads like "wait", for a caller is never lost to a silent switch."""
        await self._let_events_arrive()
        call = {"id": self.plan.call_id, "ani": self.plan.ani, "dnis": self.plan.dnis}
        question: dict[str, Any] = {"asked_at": _now(), "missed": list(self._missed)}
        self._questions.append(question)
        try:
            answer = await self._link.post("route", {"call": call, "missed": self._missed}, webhook_id=uuid.uuid4().hex)
        except NoAnswer as failure:
            question["failure"] = str(failure)
            return {}
        question |= {"answered_at": _now(), "status": answer.status, "answer": answer.body}
        return answer.body if answer.status == 200 else {}

    async def _let_events_arrive(self) -> None:
        try:
            await asyncio.wait_for(self._outbox.empty(), DELIVERED_BEFORE_ASKING_S)
        except TimeoutError:
            logger.info("call %s asks for its route before its events have arrived", self.plan.call_id)

    def _tell(self, type_: str, *, extension: str = "", leg_id: str = "", **sections: Any) -> None:
        occurred_at, number = _now(), len(self._sendings)
        identity = "|".join((self._options.instance, self.plan.call_id, leg_id, type_, occurred_at))
        event: dict[str, Any] = {
            "schema": "call-event/1",
            "event_id": hashlib.sha256(identity.encode()).hexdigest(),
            "type": type_,
            "occurred_at": occurred_at,
            "source": {"adapter": "simulator", "instance": self._options.instance},
            "call": {
                "id": self.plan.call_id,
                "direction": "inbound",
                "ani": self.plan.ani,
                "dnis": self.plan.dnis,
                **({"leg_id": leg_id} if leg_id else {}),
            },
            **({"operator": {"extension": extension}} if extension else {}),
            **sections,
        }
        sending = Sending(event=event, doubled=number in self.plan.doubled, swapped=number in self.plan.swapped)
        self._sendings.append(sending)
        self._outbox.put(sending)


def _journal_entry(sending: Sending) -> dict[str, Any]:
    return {
        "type": sending.event["type"],
        "event_id": sending.event["event_id"],
        "occurred_at": sending.event["occurred_at"],
        "extension": sending.event.get("operator", {}).get("extension", ""),
        "delivered_at": sending.delivered_at,
        "status": sending.status,
        "attempts": sending.attempts,
        "failures": sending.failures,
    }


def _clock() -> float:
    return asyncio.get_running_loop().time()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _seconds(value: Any, default: float) -> float:
    return max(0.0, float(value)) if isinstance(value, int | float) else default


def _whole(value: Any, default: int) -> int:
    return value if isinstance(value, int) else default
