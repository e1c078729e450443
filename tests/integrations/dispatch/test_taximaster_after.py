"""The adapter and the client against the simulated server: what comes after the order, every bad answer, every TLS."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from callcenter.contracts import (
    GONE,
    TOO_LATE,
    Abilities,
    Ability,
    Changed,
    Correction,
    FailureKind,
    Found,
    OrderProgress,
    Placed,
    Questioned,
    Rejected,
    SeenOrders,
    Stop,
    Target,
    TransportFailure,
    Trouble,
    Unclear,
)
from integrations.dispatch.taximaster.adapter import TaxiMaster
from integrations.http import converse
from tests.integrations.dispatch.cast import PLACED_AT, TOKEN, draft, settings
from tests.integrations.simulators.taximaster_box import Box, simulated

ADAPTER, CHOSEN = TaxiMaster(), settings(cancel_state_id=31)
SERVICE = UUID(int=7)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture
def box(certificates: Path) -> Iterator[Box]:
    with simulated(certificates, first_order=500) as running:
        yield running


@pytest.fixture
def target(box: Box) -> Target:
    return target_of(box)


def target_of(box: Box) -> Target:
    return Target(service=SERVICE, base_url=box.running.url, fingerprint=box.running.fingerprint, private_allowed=True)


def place(target: Target, *, confirmed: bool = False) -> object:
    return converse(ADAPTER.place(draft(), settings(), check_duplicate=False, confirmed=confirmed), target)


def unknown(target: Target) -> bool:
    """Whether nobody can say what became of an order that is placed now."""
    try:
        return isinstance(place(target), Unclear)
    except TransportFailure as failure:
        return failure.kind is FailureKind.UNKNOWN


def test_an_order_is_corrected_and_found_by_its_mark_all_the_same(box: Box, target: Target) -> None:
    place(target)
    correction = Correction(note="у шлагбаума", passenger="Анна", route=[Stop(address="Мира, 5")])

    for _twice in range(2):
        assert converse(ADAPTER.correct("500", correction, settings()), target) == Changed()

    [order] = box.journal()
    assert (order["comment"], order["passenger"]) == (f"у шлагбаума; {TOKEN}", "Анна")
    assert [stop["address"] for stop in order["addresses"]] == ["Мира, 5"]
    assert converse(ADAPTER.search(draft(), settings(), since=PLACED_AT), target) == Found(numbers=("500",))


def test_an_order_is_cancelled_once_and_its_penalty_told(box: Box, target: Target) -> None:
    place(target)
    box.ask("POST", "change_order_state", b"order_id=500&new_state=7")

    assert converse(ADAPTER.cancel("500", CHOSEN), target) == Changed(penalty=Decimal("50.0"))
    assert converse(ADAPTER.cancel("500", CHOSEN), target) == Changed()
    assert converse(ADAPTER.order_state("500", settings()), target).orders[0].progress is OrderProgress.CANCELLED  # type: ignore[union-attr]


def test_what_cannot_be_changed_says_so(box: Box, target: Target) -> None:
    place(target)
    box.ask("POST", "change_order_state", b"order_id=500&new_state=4")

    outcomes = [
        converse(talk, target)
        for talk in (
            ADAPTER.cancel("500", CHOSEN), ADAPTER.cancel("9", CHOSEN), ADAPTER.cancel("500", settings()),
            ADAPTER.correct("500", Correction(passenger="x"), settings()),
        )
    ]  # fmt: skip

    assert [outcome.code for outcome in outcomes if isinstance(outcome, Rejected)] == [
        TOO_LATE,
        GONE,
        TOO_LATE,
        TOO_LATE,
    ]


def test_a_state_is_not_guessed_where_several_end_an_order(target: Target) -> None:
    place(target)
    outcome = converse(ADAPTER.cancel("500", settings()), target)

    assert isinstance(outcome, Rejected)
    assert (outcome.configuration, outcome.detail) == (True, "2 states end an order without a trip: choose one")


def test_many_orders_are_watched_at_once(target: Target) -> None:
    for _order in range(5):
        place(target)

    seen = converse(ADAPTER.states([str(number) for number in range(499, 505)], settings()), target)

    assert isinstance(seen, SeenOrders)
    assert [order.number for order in seen.orders] == ["500", "501", "502", "503", "504"]


def test_the_rules_of_the_service_are_asked_and_answered(box: Box, target: Target) -> None:
    box.break_by("ask")
    asked = place(target)

    assert asked == Questioned(message="Такой заказ служба подтверждает отдельно", may_confirm=True)
    assert place(target, confirmed=True) == Placed(number="500")


def test_a_message_reaches_the_dispatchers(box: Box, target: Target) -> None:
    assert converse(ADAPTER.tell("Перезвоните", settings(), number="500"), target) == Changed()
    assert box.control("GET", "/simulator/journal")[1]["messages"][0]["text"] == "Перезвоните"


def test_a_probe_finds_every_request_and_leaves_no_trace(certificates: Path) -> None:
    allowed = frozenset({"create_order2", "get_order_state", "get_current_orders"})
    with simulated(certificates, users={"7": allowed}) as box:
        everything = converse(ADAPTER.probe(settings()), target_of(box))
        little = converse(ADAPTER.probe(settings(user_id=7)), target_of(box))
        left = box.control("GET", "/simulator/journal")[1]

    assert isinstance(everything, Abilities)
    assert set(everything.abilities.values()) == {Ability.PRESENT}
    assert isinstance(little, Abilities)
    assert {name for name, ability in little.abilities.items() if ability is Ability.PRESENT} == allowed
    assert left == {"orders": [], "messages": []}


@pytest.mark.parametrize(
    "fault", ["commit_then_drop", "commit_then_stall", "commit_then_502", "truncated", "code_10", "no_number", "huge"]
)
def test_an_order_that_was_taken_under_a_bad_answer_is_unknown_and_found(box: Box, target: Target, fault: str) -> None:
    box.break_by(fault, count=1, seconds=0.05)

    assert unknown(target)
    assert converse(ADAPTER.search(draft(), settings(), since=PLACED_AT), target) == Found(numbers=("500",))
    assert len(box.journal()) == 1


@pytest.mark.parametrize("fault", ["error_500", "busy_429", "redirect", "garbage"])
def test_a_server_that_does_nothing_and_says_so_badly_is_unknown_and_holds_nothing(
    box: Box, target: Target, fault: str
) -> None:
    box.break_by(fault, count=1)

    assert isinstance(place(target), Unclear)
    assert converse(ADAPTER.search(draft(), settings(), since=PLACED_AT), target) == Found(numbers=())


def test_a_slow_answer_is_an_answer(box: Box, target: Target) -> None:
    box.break_by("slow_drip", count=1, seconds=0.2)

    assert place(target) == Placed(number="500")


@pytest.mark.parametrize("mode", ["modern", "rsa-only", "self-signed", "weak"])
def test_every_server_is_reached_by_its_fingerprint_and_by_nothing_else(tmp_path: Path, mode: str) -> None:
    with simulated(tmp_path, first_order=500, tls=mode) as box:
        pinned = target_of(box)
        unpinned = Target(service=SERVICE, base_url=box.running.url, private_allowed=True)

        assert place(pinned) == Placed(number="500")
        with pytest.raises(TransportFailure) as refused:
            place(unpinned)

    assert (refused.value.kind, refused.value.trouble) == (FailureKind.NOT_SENT, Trouble.CERTIFICATE_UNTRUSTED)


def test_a_changed_certificate_gets_nothing(tmp_path: Path) -> None:
    with simulated(tmp_path, tls="changed") as before:
        known = before.running.fingerprint
    with simulated(tmp_path, tls="changed") as box:
        pinned = Target(service=SERVICE, base_url=box.running.url, fingerprint=known, private_allowed=True)
        with pytest.raises(TransportFailure) as refused:
            place(pinned)
        held = box.journal()

    assert (refused.value.kind, refused.value.trouble) == (FailureKind.NOT_SENT, Trouble.CERTIFICATE_CHANGED)
    assert held == []
