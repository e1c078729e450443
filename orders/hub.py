"""One Redis subscription per process, shared by all its streams; with a canary, since a subscription can die
silently.
"""

import asyncio
import logging
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from uuid import UUID

import redis.asyncio
from redis.exceptions import RedisError

from callcenter.nudges import CHANNEL

CANARY_S = 2.0
SILENCE_S = 5.0
RETRY_S = 1.0
log = logging.getLogger(__name__)


class Hub:
    """Wakes the streams of a seat; `healthy` says whether nudges can be relied on just now."""

    def __init__(self, url: str) -> None:
        self._client = redis.asyncio.Redis.from_url(url, socket_timeout=30, socket_connect_timeout=2)
        self._canary = f"canary {os.getpid()}"
        self._listeners: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._heard_at = 0.0
        self._tasks: list[asyncio.Task[None]] = []
        self.stopping = False

    @property
    def healthy(self) -> bool:
        """Whether anything was heard from Redis lately."""
        return monotonic() - self._heard_at < SILENCE_S

    @property
    def streams(self) -> int:
        """How many streams listen."""
        return sum(len(events) for events in self._listeners.values())

    def begin(self) -> None:
        """Start listening; call inside the running loop."""
        self._tasks = [asyncio.create_task(self._subscribe()), asyncio.create_task(self._sing())]

    def stop(self) -> None:
        """Wake every stream so that it says goodbye."""
        self.stopping = True
        for events in self._listeners.values():
            for event in events:
                event.set()

    async def close(self) -> None:
        """End the subscription."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    @asynccontextmanager
    async def listen(self, seat: UUID) -> AsyncIterator[asyncio.Event]:
        """Yield an event that is set on each nudge for the seat."""
        event = asyncio.Event()
        self._listeners[seat].add(event)
        try:
            yield event
        finally:
            self._listeners[seat].discard(event)
            if not self._listeners[seat]:
                del self._listeners[seat]

    async def _subscribe(self) -> None:
        while True:
            try:
                await self._receive()
            except (RedisError, OSError) as error:
                log.warning("nudges interrupted: %s", type(error).__name__)
                await asyncio.sleep(RETRY_S)

    async def _receive(self) -> None:
        async with self._client.pubsub() as subscription:
            await subscription.subscribe(CHANNEL)
            begun = monotonic()
            while monotonic() - max(begun, self._heard_at) < SILENCE_S:
                message = await subscription.get_message(ignore_subscribe_messages=True, timeout=1.0)
                if message is not None:
                    self._heard_at = monotonic()
                    self._wake(message["data"].decode())
        raise RedisError("silent")

    def _wake(self, text: str) -> None:
        if text.startswith("canary"):
            return
        for event in self._listeners.get(UUID(text.split()[0]), ()):
            event.set()

    async def _sing(self) -> None:
        while True:
            try:
                await self._client.publish(CHANNEL, self._canary)
            except (RedisError, OSError) as error:
                log.warning("canary not sent: %s", type(error).__name__)
            await asyncio.sleep(CANARY_S)
