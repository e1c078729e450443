"""The simulated exchange's signed HTTP: single questions, and a queue of events per call that loses nothing."""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import urllib3

CONNECT_TIMEOUT_S = 2.0
READ_TIMEOUT_S = 5.0
FIRST_BACKOFF_S = 0.1
LONGEST_BACKOFF_S = 5.0
SWAP_HOLD_S = 0.3
ASK_AGAIN = frozenset({408, 425, 429})

logger = logging.getLogger("pbx")


class NoAnswer(Exception):
    """The switch gave no answer that can be acted on."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and JSON body of an answer; {} for a body that is no JSON object."""

    status: int
    body: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Sending:
    """One event on its way, and what became of it."""

    event: Mapping[str, Any]
    doubled: bool
    swapped: bool
    stamp: int = 0
    attempts: int = 0
    status: int | None = None
    delivered_at: str | None = None
    failures: list[str] = field(default_factory=list)


class Link:
    """Requests to one switch, signed in the form of Standard Webhooks; connections are kept alive."""

    def __init__(self, *, switch: str, instance: str, secret: str, threads: int) -> None:
        self._base = f"{switch.rstrip('/')}/api/telephony/{quote(instance, safe='')}"
        self._key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
        timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S)
        self._pool = urllib3.PoolManager(maxsize=threads, retries=False, timeout=timeout)
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="pbx")

    async def post(self, path: str, payload: Mapping[str, Any], *, webhook_id: str, stamp: int = 0) -> Answer:
        """Send one request, signed for `stamp` (Unix seconds) or for now; NoAnswer when nothing came back."""
        loop, signed_for = asyncio.get_running_loop(), stamp or int(time.time())
        return await loop.run_in_executor(self._threads, self._post, path, payload, webhook_id, signed_for)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._pool.clear()

    def _post(self, path: str, payload: Mapping[str, Any], webhook_id: str, stamp: int) -> Answer:
        body = json.dumps(payload, separators=(",", ":")).encode()
        headers = {"content-type": "application/json", **self._signature(webhook_id, stamp, body)}
        try:
            response = self._pool.request("POST", f"{self._base}/{path}", body=body, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            raise NoAnswer(type(error).__name__) from error
        return Answer(response.status, _object(response.data))

    def _signature(self, webhook_id: str, stamp: int, body: bytes) -> dict[str, str]:
        signed = hmac.new(self._key, f"{webhook_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
        return {
            "webhook-id": webhook_id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
        }


class Outbox:
    """The events of one call, sent in their order and each until the switch has taken or refused it."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._waiting: asyncio.Queue[Sending] = asyncio.Queue()

    def put(self, sending: Sending) -> None:
        self._waiting.put_nowait(sending)

    async def empty(self) -> None:
        """Return when every event so far has been taken or refused."""
        await self._waiting.join()

    async def run(self) -> None:
        """Send what is put in, for ever; a swapped event lets its successor pass if that comes soon."""
        while True:
            sending = await self._waiting.get()
            if sending.swapped and (successor := await self._soon()) is not None:
                await self._deliver(successor)
            await self._deliver(sending)

    async def _soon(self) -> Sending | None:
        try:
            return await asyncio.wait_for(self._waiting.get(), SWAP_HOLD_S)
        except TimeoutError:
            return None

    async def _deliver(self, sending: Sending) -> None:
        backoff_s = FIRST_BACKOFF_S
        while not await self._try(sending):
            await asyncio.sleep(backoff_s)
            backoff_s = min(backoff_s * 2, LONGEST_BACKOFF_S)
        if sending.doubled:
            await self._try(sending)
        self._waiting.task_done()

    async def _try(self, sending: Sending) -> bool:
        """Return True when the switch has taken the event, or refused it for good.

        Every attempt has a time stamp of its own: the same id and stamp again would be a recording, not a retry.
        """
        sending.attempts += 1
        sending.stamp = max(int(time.time()), sending.stamp + 1)
        event_id = sending.event["event_id"]
        try:
            answer = await self._link.post("events", sending.event, webhook_id=event_id, stamp=sending.stamp)
        except NoAnswer as failure:
            sending.failures.append(str(failure))
            return False
        if answer.status >= 500 or answer.status in ASK_AGAIN:
            sending.failures.append(str(answer.status))
            return False
        if not 200 <= answer.status < 300:
            logger.warning(
                "%s of call %s refused: %s", sending.event["type"], sending.event["call"]["id"], answer.status
            )
        sending.status = answer.status
        sending.delivered_at = sending.delivered_at or datetime.now(UTC).isoformat()
        return True


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(data)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
