"""The whole path on real parts: a call rings, the order reaches the service once, the right ends, the month is
billed.
"""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from integrations.dispatch.comments import token_of
from integrations.simulators.operator import Desk
from tests.e2e.stack import Stack

NOTHING_DOUBLED = 1


def markers(stack: Stack) -> Counter[str]:
    """How often each of our markers lies in the dispatch programs' journals."""
    known = [row[0] for row in stack.sql("SELECT marker FROM orders_order")]
    texts = [json.dumps(order, ensure_ascii=False) for order in stack.journalled()]
    return Counter({marker: sum(token_of(marker) in text for text in texts) for marker in known})


def placed_calls(desks: list[Desk]) -> list[str]:
    return [seen.number for desk in desks for seen in desk.seen.values() if seen.placed_at]


def test_calls_become_orders_once_and_nobody_reads_them_afterwards(stack: Stack, desks: list[Desk]) -> None:
    options = "--calls 8 --concurrent 2 --ring-s 0.2 --talk-s 20 --rate 600 --abandon-share 0.1 --miss-share 0.1"
    ringing = stack.ring(options + " --duplicate-share 0.2 --swap-share 0.1")
    ringing.wait(120)

    seen = [call for desk in desks for call in desk.seen.values() if call.placed_at]
    assert seen
    assert [desk.errors for desk in desks] == [[], []]
    assert all(call.number for call in seen)
    assert set(markers(stack).values()) == {NOTHING_DOUBLED}
    assert sum(call.reads_before for call in seen) >= len(seen)
    assert sum(call.reads_after for call in seen) == 0


def test_an_answer_lost_after_the_order_was_kept_is_found_by_the_marker(stack: Stack, desks: list[Desk]) -> None:
    for slug in stack.dispatch_ports:
        stack.fault(slug, "commit_then_drop", count=1)
    stack.ring("--calls 2 --ring-s 0.1 --talk-s 40 --abandon-share 0 --seed 7", name="pbx-drop").wait(120)

    assert set(markers(stack).values()) == {NOTHING_DOUBLED}
    assert {state for (state,) in stack.sql("SELECT state FROM orders_order")} == {"accepted"}
    assert stack.sql("SELECT count(*) FROM orders_attempt WHERE purpose = 'search'")[0][0] >= 1


def test_a_killed_engine_loses_and_doubles_nothing(stack: Stack, desks: list[Desk]) -> None:
    for slug in stack.dispatch_ports:
        stack.fault(slug, "stall", count=4, seconds=2)
    ringing = stack.ring(
        "--calls 4 --concurrent 2 --ring-s 0.1 --talk-s 60 --abandon-share 0 --seed 11", name="pbx-kill"
    )
    stack.wait(
        lambda: stack.sql("SELECT count(*) FROM orders_delivery WHERE state = 'sending'")[0][0] > 0,
        "a delivery under way",
    )
    stack.kill("worker-delivery")
    stack.start_engine()
    ringing.wait(150)

    stack.wait(lambda: not stack.sql("SELECT 1 FROM orders_order WHERE state <> 'accepted'"), "every order accepted")
    assert set(markers(stack).values()) == {NOTHING_DOUBLED}


def test_the_month_becomes_a_numbered_invoice_once(stack: Stack) -> None:
    month = datetime.now(UTC).strftime("%Y-%m")
    arguments = ("close_month", "--all", "--month", month, "--out", str(stack.folder), "--now")

    first, second = stack.manage(*arguments, role="billing"), stack.manage(*arguments, role="billing")

    accepted = stack.sql("SELECT count(*) FROM orders_order WHERE state = 'accepted'")[0][0]
    lines = [json.loads(line) for line in first.splitlines()]
    assert sum(line["orders"] for line in lines) == accepted
    assert [json.loads(line)["number"] for line in second.splitlines()] == [line["number"] for line in lines]
    assert len(list(stack.folder.glob("*.csv"))) == len(lines)


@pytest.mark.parametrize(
    "path", ["/calls/{call}/order", "/orders/{order}", "/calls/{call}/reveal", "/calls/{call}/draft"]
)
def test_no_address_of_an_accepted_order_yields_anything(stack: Stack, desks: list[Desk], path: str) -> None:
    order, call = stack.sql("SELECT id, call_id FROM orders_order LIMIT 1")[0]

    for method in ("GET", "POST", "PUT"):
        status, body = desks[0].command(method, path.format(call=call, order=order), grant="anything")
        assert status >= 400
        assert "Ленина" not in json.dumps(body, ensure_ascii=False)
