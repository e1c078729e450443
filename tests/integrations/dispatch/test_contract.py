"""What every adapter promises, held against a program of each kind: one order each time, found again, never a guess."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from callcenter.contracts import (
    Changed,
    DispatchAdapter,
    Errand,
    Found,
    HttpResponse,
    Placed,
    Rejected,
    SeenOrders,
    Stop,
    Target,
    Trip,
    Trouble,
    Unclear,
)
from integrations.dispatch.registry import adapter, kinds
from integrations.http import converse
from integrations.simulators import small_programs
from tests.integrations.dispatch.cast import MARKER, PHONE, PLACED_AT, draft
from tests.integrations.simulators.taximaster_box import SECRET, simulated

OTHER = MARKER[::-1]
WEBHOOK = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STORED: dict[str, tuple[dict[str, Any], str]] = {
    "taximaster": ({"time_zone": "Europe/Moscow", "phone_format": "8", "cancel_state_id": 31}, SECRET),
    "hivetaxi": ({"fare_id": 3, "service_id": 1}, "hive-key"),
    "taxicaller": ({"company_id": 5}, "caller-key"),
    "webhook": ({}, WEBHOOK),
}
NOTHING = (b"", b"{", b"null", b"[]", b"{}", b'{"code":0}', b'{"result":null}', b'{"order":7}', b"\xff", b"[" * 99_999)
SMALL: dict[str, Callable[[str], small_programs.HiveTaxi | small_programs.TaxiCaller]] = {
    "hivetaxi": small_programs.HiveTaxi, "taxicaller": small_programs.TaxiCaller,
}  # fmt: skip
WITH_PROGRAM = ("hivetaxi", "taxicaller", "taximaster")


@dataclass(frozen=True)
class Linked:
    """An adapter and its program."""

    speaks: DispatchAdapter
    settings: Any
    target: Target

    def hold(self, talk: Any) -> Any:
        return converse(talk, self.target)

    def place(self, **changes: Any) -> Any:
        return self.hold(self.speaks.place(draft(**changes), self.settings, check_duplicate=False))

    def search(self, **changes: Any) -> Any:
        return self.hold(self.speaks.search(draft(**changes), self.settings, since=PLACED_AT))


@pytest.fixture(params=WITH_PROGRAM)
def linked(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Linked]:
    speaks, (stored, secret) = adapter(request.param), STORED[request.param]
    with ExitStack() as stack:
        if request.param == "taximaster":
            running = stack.enter_context(simulated(tmp_path)).running
            url, fingerprint = running.url, running.fingerprint
        else:
            url, fingerprint = stack.enter_context(small_programs.serving(SMALL[request.param](secret))), ""
        target = Target(service=UUID(int=7), base_url=url, fingerprint=fingerprint, private_allowed=True)
        yield Linked(speaks, speaks.read_settings(stored, secret), target)


def test_an_order_is_taken_and_found_by_its_mark_and_no_other_is(linked: Linked) -> None:
    first, second = linked.place(), linked.place(marker=OTHER)

    assert isinstance(first, Placed)
    assert isinstance(second, Placed)
    assert first.number != second.number
    assert linked.search() == Found(numbers=(first.number,))
    assert linked.search(marker=OTHER) == Found(numbers=(second.number,))
    assert linked.search(marker="01ZZZZZZZZZZZZZZZZZZZZZZZZ") == Found(numbers=())


def test_an_order_is_cancelled_once_and_stays_so(linked: Linked) -> None:
    number = linked.place().number
    assert Errand.CANCEL in linked.speaks.can

    outcomes = [linked.hold(linked.speaks.cancel(number, linked.settings)) for _twice in range(2)]
    seen = linked.hold(linked.speaks.states([number], linked.settings))
    gone = linked.hold(linked.speaks.cancel("9", linked.settings))

    assert all(isinstance(outcome, Changed) for outcome in outcomes)
    assert isinstance(seen, SeenOrders)
    assert [order.progress.value for order in seen.orders] == ["cancelled"]
    assert isinstance(gone, Rejected)
    assert gone.code == "gone"


def test_a_check_tells_a_right_key_from_a_wrong_one(linked: Linked) -> None:
    stored = STORED[linked.speaks.kind][0]
    wrong = linked.speaks.read_settings(stored, "another-key")

    assert linked.hold(linked.speaks.check(linked.settings)) is None
    refused = linked.hold(linked.speaks.check(wrong))
    assert isinstance(refused, Rejected)
    assert (refused.configuration, refused.trouble) == (True, Trouble.KEY)


def test_with_a_wrong_key_no_order_is_taken(linked: Linked) -> None:
    wrong = linked.speaks.read_settings(STORED[linked.speaks.kind][0], "another-key")
    refused = linked.hold(linked.speaks.place(draft(), wrong, check_duplicate=False))

    assert isinstance(refused, Rejected)
    assert refused.configuration


def test_hints_and_prices_are_told_or_not_known(linked: Linked) -> None:
    trip = Trip(route=draft().route, now=PLACED_AT)

    for talk in (linked.speaks.hints("Ленина", linked.settings), linked.speaks.quote(trip, linked.settings)):
        assert linked.hold(talk) is not None


@pytest.mark.parametrize("kind", kinds())
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b"{}", b'{"code":0}', b'{"result":null}', b'{"order":7}', b"\xff", b"[" * 99_999],
)
@pytest.mark.parametrize("status", [200, 302, 418, 500, 502])
def test_an_answer_that_says_nothing_places_nothing_and_breaks_nothing(kind: str, status: int, body: bytes) -> None:
    speaks, (stored, secret) = adapter(kind), STORED[kind]
    settings = speaks.read_settings(stored, secret)
    talks: list[Callable[[], Any]] = [
        lambda: speaks.place(draft(), settings, check_duplicate=True),
        lambda: speaks.search(draft(), settings, since=PLACED_AT),
        lambda: speaks.cancel("5", settings),
        lambda: speaks.states(["5"], settings),
        lambda: speaks.current_orders(PHONE, settings),
        lambda: speaks.check(settings),
        lambda: speaks.hints("Ленина", settings),
        lambda: speaks.quote(Trip(route=[Stop(address="x")] * 2, now=PLACED_AT), settings),
    ]

    outcomes = [_outcome(talk(), HttpResponse(status=status, headers={}, body=body)) for talk in talks]

    assert isinstance(outcomes[0], Unclear)
    assert isinstance(outcomes[1], Unclear)
    assert not isinstance(outcomes[2], Changed) or kind == "webhook"


def _outcome(talk: Any, answer: HttpResponse) -> Any:
    """Give every question the same answer."""
    try:
        next(talk)
        while True:
            talk.send(answer)
    except StopIteration as end:
        return end.value


@pytest.mark.parametrize("kind", kinds())
def test_a_key_is_never_shown(kind: str) -> None:
    stored, secret = STORED[kind]

    assert secret not in repr(adapter(kind).read_settings(stored, secret))
