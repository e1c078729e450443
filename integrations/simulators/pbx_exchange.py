"""The simulated exchange: lets callers ring, tells the switch which calls live, ends cleanly."""

import asyncio
import json
import logging
import uuid
from typing import Any, TextIO

from integrations.simulators.pbx_call import SimulatedCall
from integrations.simulators.pbx_link import Link, NoAnswer
from integrations.simulators.pbx_plan import Options, plan_call

READY_POLL_S = 1.0
DRAIN_S = 3.0

logger = logging.getLogger("pbx")


class Exchange:
    """Runs the calls of one command line. `stop` lets every caller hang up and ends the run."""

    def __init__(self, options: Options, *, link: Link, report: TextIO | None = None) -> None:
        self._options = options
        self._link = link
        self._report = report
        self._stopping = asyncio.Event()
        self._slots = asyncio.Semaphore(options.concurrent)
        self._calls: dict[str, SimulatedCall] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._next_start = 0.0
        self.outcomes: dict[str, int] = {}

    async def run(self) -> None:
        resync = asyncio.create_task(self._resync_for_ever())
        try:
            number = 0
            while (not self._options.calls or number < self._options.calls) and await self._may_start():
                self._start(number)
                number += 1
            await self._drain()
        finally:
            resync.cancel()

    def stop(self) -> None:
        self._stopping.set()
        for call in self._calls.values():
            call.release()

    async def _may_start(self) -> bool:
        """Wait for the pace, a free slot and, where asked for, a ready operator; False when the run is to end."""
        await self._pause(self._next_start - _clock())
        if not await self._take_slot():
            return False
        if self._options.only_when_ready and not await self._operator_ready():
            return False
        if self._options.rate:
            self._next_start = max(_clock(), self._next_start) + 60 / self._options.rate
        return not self._stopping.is_set()

    async def _take_slot(self) -> bool:
        """Wait for a free slot; False when the run is to end first."""
        slot = asyncio.create_task(self._slots.acquire())
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({slot, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not slot.done():
            slot.cancel()
            return False
        return True

    async def _operator_ready(self) -> bool:
        """Wait until the switch has a ready operator, then a moment more; False when the run is to end first."""
        while not self._stopping.is_set():
            if await self._ready_operators() > 0:
                return not await self._pause(self._options.settle_s)
            await self._pause(READY_POLL_S)
        return False

    async def _ready_operators(self) -> int:
        ready = (await self._ask("ready", {})).get("ready", 0)
        return ready if isinstance(ready, int) else 0

    def _start(self, number: int) -> None:
        call = SimulatedCall(plan_call(self._options, number), options=self._options, link=self._link)
        self._calls[call.plan.call_id] = call
        task = asyncio.create_task(self._live(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _live(self, call: SimulatedCall) -> None:
        logger.info("call %s rings on line %s", call.plan.call_id, call.plan.dnis)
        try:
            await call.live()
        finally:
            self._slots.release()
            del self._calls[call.plan.call_id]
            self._write_down(call)

    def _write_down(self, call: SimulatedCall) -> None:
        journal = call.journal()
        self.outcomes[journal["outcome"]] = self.outcomes.get(journal["outcome"], 0) + 1
        if self._report is not None:
            self._report.write(json.dumps(journal, ensure_ascii=False) + "\n")
            self._report.flush()

    async def _drain(self) -> None:
        """Wait for the last calls; once stopped, only so long that a silent switch cannot hold the process."""
        stopping = asyncio.create_task(self._stopping.wait())
        while self._tasks and not stopping.done():
            await asyncio.wait({*self._tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=DRAIN_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _resync_for_ever(self) -> None:
        """Tell the switch every second which calls live; hang up those that it has no more use for."""
        while True:
            living = [call_id for call_id, call in self._calls.items() if not call.over]
            released = (await self._ask("resync", {"calls": living})).get("release", [])
            for call_id in released if isinstance(released, list) else []:
                if isinstance(call_id, str) and call_id in self._calls:
                    self._calls[call_id].release()
            await asyncio.sleep(self._options.resync_s)

    async def _ask(self, question: str, payload: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = await self._link.post(question, payload, webhook_id=uuid.uuid4().hex)
        except NoAnswer as failure:
            logger.info("%s: no answer (%s)", question, failure)
            return {}
        return dict(answer.body) if answer.status == 200 else {}

    async def _pause(self, seconds: float) -> bool:
        """Wait; True when the run is to end."""
        try:
            await asyncio.wait_for(self._stopping.wait(), max(0.0, seconds))
        except TimeoutError:
            return False
        return True


def _clock() -> float:
    return asyncio.get_running_loop().time()
