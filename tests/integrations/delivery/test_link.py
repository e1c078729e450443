"""The link notices that nothing reaches it any more, even when the connection looks alive."""

import socket
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from integrations.delivery.link import Link, LinkLost
from integrations.delivery.pace import Pace

PACE = Pace(canary_every_s=0.02, canary_patience_s=0.05)


class Deaf:
    """A connection that takes every statement and never delivers a notification."""

    def __init__(self, *, echo: bool) -> None:
        self.notifies: list[Any] = []
        self.said: list[str] = []
        self._echo = echo
        self._socket, self._other = socket.socketpair()

    def fileno(self) -> int:
        return self._socket.fileno()

    def poll(self) -> None:
        """Nothing has come."""

    def execute(self, sql: str, params: list[str]) -> None:
        self.said.append(params[1])
        if self._echo:
            self.notifies.append(SimpleNamespace(payload=params[1]))


def test_a_word_that_does_not_come_back_ends_the_connection() -> None:
    deaf = Deaf(echo=False)

    with pytest.raises(LinkLost):
        Link(lambda: None, PACE, stopping=Event())._listen(deaf, deaf)

    assert len(deaf.said) == 1


def test_a_word_that_comes_back_keeps_it_and_wakes_nobody() -> None:
    hearing, stopping, woken = Deaf(echo=True), Event(), Event()

    def say(sql: str, params: list[str]) -> None:
        Deaf.execute(hearing, sql, params)
        if len(hearing.said) == 3:
            stopping.set()

    Link(woken.set, PACE, stopping=stopping)._listen(hearing, SimpleNamespace(execute=say))

    assert (len(hearing.said), woken.is_set()) == (3, False)


def test_a_wake_up_is_passed_on() -> None:
    hearing, stopping, woken = Deaf(echo=True), Event(), Event()
    hearing.notifies.append(SimpleNamespace(payload=""))

    def wake() -> None:
        woken.set()
        stopping.set()

    Link(wake, PACE, stopping=stopping)._listen(hearing, hearing)

    assert woken.is_set()
