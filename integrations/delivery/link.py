"""The engine's own connection: it holds the advisory lock by which others know that the engine lives, and listens.

A LISTEN can die without anybody noticing (a restarted server, a pooler in between); then orders would still leave, but
only at the next poll. So the link sends itself a word every few seconds and connects anew when it does not come back.
"""

import logging
import secrets
import select
import socket
from collections.abc import Callable
from threading import Event
from time import monotonic
from typing import Any

import psycopg2
from django.db import connections
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from integrations.delivery.pace import Pace
from orders.actions.place import WAKE_CHANNEL

RECONNECT_S = 0.1
_CANARY = "canary:"
_KEEPALIVE = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 8000}
log = logging.getLogger(__name__)


class LinkLost(Exception):
    """The connection does not carry our word any more."""


class Link:
    """Runs in one thread. `owner` is None while no lock is held: nothing may be claimed then. `ready` is called when
    it has been taken: what was committed meanwhile has been reported to nobody.
    """

    def __init__(
        self, wake: Callable[[], None], pace: Pace, *, stopping: Event, ready: Callable[[], None] = lambda: None
    ) -> None:
        self.owner: int | None = None
        self._key = secrets.randbits(62)
        self._wake, self._ready, self._pace, self._stopping = wake, ready, pace, stopping
        self._said, self._said_at, self._echoed = "", 0.0, True
        self._ear, self._mouth = socket.socketpair()
        self.connected = 0

    def stop(self) -> None:
        """End the wait at once; `stopping` is set already."""
        self._mouth.send(b".")

    def run(self) -> None:
        """Keep the connection until the engine stops."""
        while not self._stopping.is_set():
            try:
                self._serve()
            except (psycopg2.Error, LinkLost) as error:
                log.warning("link lost: %s; connecting again", type(error).__name__)
                self._stopping.wait(RECONNECT_S)

    def _serve(self) -> None:
        raw = psycopg2.connect(**_parameters())
        try:
            raw.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
            with raw.cursor() as cursor:
                cursor.execute(f"LISTEN {WAKE_CHANNEL}")
                self.owner = self._lock(cursor)
                self.connected += 1
                self._ready()
                self._listen(raw, cursor)
        finally:
            self.owner = None
            raw.close()

    def _lock(self, cursor: Any) -> int:
        """Take our old key again, so that what is under way stays ours; a new one while a dead session still has it."""
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [self._key])
        while not cursor.fetchone()[0]:
            self._key = secrets.randbits(62)
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [self._key])
        return self._key

    def _listen(self, raw: Any, cursor: Any) -> None:
        self._said_at, self._echoed = 0.0, True
        while not self._stopping.is_set():
            silence = monotonic() - self._said_at
            if not self._echoed and silence >= self._pace.canary_patience_s:
                raise LinkLost("no echo")
            if self._echoed and silence >= self._pace.canary_every_s:
                self._said, self._said_at, self._echoed = f"{_CANARY}{secrets.token_hex(8)}", monotonic(), False
                cursor.execute("SELECT pg_notify(%s, %s)", [WAKE_CHANNEL, self._said])
            self._take(raw)

    def _take(self, raw: Any) -> None:
        if not raw.notifies:
            select.select([raw, self._ear], [], [], min(self._pace.canary_patience_s, self._pace.canary_every_s) / 4)
            raw.poll()
        while raw.notifies:
            word = raw.notifies.pop(0).payload
            if word == self._said:
                self._echoed = True
            elif not word.startswith(_CANARY):
                self._wake()


def _parameters() -> dict[str, Any]:
    """Django's parameters of the main database, and a quick end for a connection that goes nowhere."""
    wanted = connections["default"].get_connection_params()
    return {**{name: value for name, value in wanted.items() if name != "cursor_factory"}, **_KEEPALIVE}
