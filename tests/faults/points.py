"""The named points at which a process can be halted: before, inside and after every step of a delivery's journey.

Nothing of the product knows of them. A child that the nursery forks wraps the steps it was told to, and at the point
it says so on the stage's socket and waits for a word; usually it is killed there.
"""

from __future__ import annotations

import importlib
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from typing_extensions import override

from callcenter import audit

BEFORE, INSIDE, AFTER = "before", "inside", "after"
# What is wrapped, by the name of the step. A step that finds nothing to do is not one.
STEPS = {
    "claim": "orders.actions.claims:claim_due",
    "claim overdue": "orders.actions.claims:claim_overdue",
    "return": "orders.actions.claims:release_dead_owners",
    "mark": "orders.actions.deliver:mark_sending",
    "talk": "integrations.delivery.desk:Job.hold",
    "accept": "orders.actions.deliver:accept",
    "reject": "orders.actions.deliver:reject",
    "send later": "orders.actions.deliver:send_later",
    "look later": "orders.actions.deliver:look_later",
    "review": "orders.actions.deliver:to_review",
    "expire": "orders.actions.deliver:expire",
    "place": "orders.actions.place:place",
    "wake": "orders.actions.place:wake_engine",
}
# These have a transaction of their own; `inside` is when all of it is written and nothing committed.
COMMITTING = frozenset(STEPS) - {"talk", "place", "wake"}


@dataclass(frozen=True, slots=True)
class Point:
    """One place in the journey."""

    step: str
    where: str

    @classmethod
    def read(cls, text: str) -> Point:
        """The point of this name."""
        where, _, step = text.partition(" ")
        return cls(step, where)

    @override
    def __str__(self) -> str:
        return f"{self.where} {self.step}"


class Halts:
    """Installs one point in this process and reports at it, once."""

    def __init__(self, point: Point, address: str) -> None:
        self._point, self._address, self._done = point, address, False
        self._lock = threading.Lock()
        self._here = threading.local()

    def install(self) -> None:
        """Wrap the step."""
        module, _, path = STEPS[self._point.step].partition(":")
        holder: Any = importlib.import_module(module)
        *parents, name = path.split(".")
        for parent in parents:
            holder = getattr(holder, parent)
        setattr(holder, name, self._wrapped(getattr(holder, name)))
        if self._point.where == INSIDE:
            audit.flush = self._at_flush(audit.flush)

    def _wrapped(self, step: Callable[..., Any]) -> Callable[..., Any]:
        empty_counts = self._point.step not in ("claim", "claim overdue", "return")

        @wraps(step)
        def halting(*arguments: Any, **named: Any) -> Any:
            if self._point.where == BEFORE:
                self._halt()
            self._here.now = True
            try:
                result = step(*arguments, **named)
            finally:
                self._here.now = False
            if self._point.where == AFTER and (empty_counts or result):
                self._halt()
            return result

        return halting

    def _at_flush(self, flush: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(flush)
        def halting(using: str, *rest: Any) -> Any:
            result = flush(using, *rest)
            if getattr(self._here, "now", False) and _wrote(using):
                self._halt()
            return result

        return halting

    def _halt(self) -> None:
        with self._lock:
            if self._done:
                return
            self._done = True
        with socket.socket(socket.AF_UNIX) as stage:
            stage.connect(self._address)
            stage.sendall(f"{self._point}\n".encode())
            if not stage.recv(1):
                os._exit(9)


def _wrote(using: str) -> bool:
    """Whether the transaction has changed anything: one that has only looked has no id."""
    from django.db import connections

    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
        return bool(cursor.fetchone()[0])
