"""Signed webhooks: what is sent, what follows from the answers, and the receivers of the documentation at work."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from callcenter.contracts import (
    Changed,
    Correction,
    Found,
    HttpRequest,
    HttpResponse,
    OrderProgress,
    Placed,
    Questioned,
    Rejected,
    SeenOrder,
    SeenOrders,
    Target,
    Trouble,
    Unclear,
)
from integrations.dispatch.webhook.adapter import SignedWebhook
from integrations.http import converse
from integrations.signature import verify
from tests.integrations.dispatch.cast import MARKER, PLACED_AT, answer, draft, hold

DOCS = Path(__file__).parents[3] / "docs" / "webhook"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = 1_790_000_000.5
ADAPTER = SignedWebhook(clock=lambda: NOW)
SETTINGS = ADAPTER.read_settings({}, SECRET)


def told(status: int = 200, **said: Any) -> HttpResponse:
    return answer(json.dumps(said).encode(), status=status)


def place(response: HttpResponse, **more: Any) -> tuple[HttpRequest, object]:
    [request], outcome = hold(ADAPTER.place(draft(**more), SETTINGS, check_duplicate=False), response)
    return request, outcome


def test_an_order_is_signed_and_bears_the_same_id_on_every_attempt() -> None:
    request, outcome = place(told(order_id=4711))
    later, _ = hold(SignedWebhook(clock=lambda: NOW + 60).place(draft(), SETTINGS, check_duplicate=True), told())

    assert outcome == Placed(number="4711")
    assert request.path == "/callcenter"
    assert verify(request.headers, request.body, [SECRET], datetime.fromtimestamp(NOW, UTC)) == f"order-{MARKER}"
    assert (later[0].headers["webhook-id"], later[0].body) == (request.headers["webhook-id"], request.body)
    assert later[0].headers["webhook-timestamp"] != request.headers["webhook-timestamp"]
    data = json.loads(request.body)["data"]
    assert (data["marker"], data["phone"], data["route"][0]["lat"]) == (MARKER, "+79001234567", 55.75)


def test_a_confirmed_order_is_another_request() -> None:
    [request], _ = hold(ADAPTER.place(draft(), SETTINGS, check_duplicate=False, confirmed=True), told(order_id="1"))

    assert request.headers["webhook-id"] == f"order-{MARKER}-confirmed"
    assert json.loads(request.body)["data"]["confirmed"] is True


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (told(401), Trouble.KEY),
        (told(403), Trouble.KEY),
        (told(404), Trouble.SETTINGS),
        (told(410), Trouble.SETTINGS),
        (told(422, code="area", message="Слишком далеко"), "area"),
        (told(400), "400"),
        (
            told(409, code="question", message="Далеко", may_confirm=True),
            Questioned(message="Далеко", may_confirm=True),
        ),
        (told(409), Unclear),
        (told(429), Unclear),
        (told(500), Unclear),
        (told(302), Unclear),
        (told(200), Unclear),
        (told(200, order_id=True), Unclear),
        (told(200, order_id="x" * 41), Unclear),
        (answer(b"<html>"), Unclear),
        (answer(b"[1]"), Unclear),
        (answer(b"[" * 100_000), Unclear),
    ],
)
def test_what_follows_from_an_answer(response: HttpResponse, outcome: object) -> None:
    found = place(response)[1]

    if isinstance(found, Rejected):
        assert outcome == (found.trouble if found.configuration else found.code)
    else:
        assert found == outcome or type(found) is outcome


def test_looking_for_an_order_is_sending_it_again() -> None:
    def search(response: HttpResponse) -> object:
        return hold(ADAPTER.search(draft(), SETTINGS, since=PLACED_AT), response)[1]

    assert search(told(order_id="7")) == Found(numbers=("7",))
    assert search(told(422)) == Found(numbers=())
    assert isinstance(search(told(500)), Unclear)
    assert isinstance(search(told(401)), Unclear)


def test_changes_bear_an_id_of_what_they_change() -> None:
    correction = Correction(note="у шлагбаума")
    [first], outcome = hold(ADAPTER.correct("7", correction, SETTINGS), told())
    [again], _ = hold(ADAPTER.correct("7", correction, SETTINGS), told())
    [other], _ = hold(ADAPTER.correct("7", Correction(note="x"), SETTINGS), told())
    [cancel], refused = hold(ADAPTER.cancel("7", SETTINGS), told(409, code="too_late"))

    assert outcome == Changed()
    assert first.headers["webhook-id"] == again.headers["webhook-id"] != other.headers["webhook-id"]
    assert json.loads(first.body)["data"] == {"order_id": "7", "note": "у шлагбаума"}
    assert cancel.headers["webhook-id"] == "cancel-7"
    assert isinstance(refused, Rejected)
    assert refused.code == "too_late"


def test_states_are_read_whole_or_not_at_all() -> None:
    def states(*listed: Any) -> object:
        return hold(ADAPTER.states(["1"], SETTINGS), told(orders=list(listed)))[1]

    assert states({"order_id": 1, "progress": "riding"}) == SeenOrders(
        orders=(SeenOrder(number="1", progress=OrderProgress.RIDING),)
    )
    assert isinstance(states({"order_id": 1, "progress": "flying"}), Unclear)
    assert isinstance(states("x"), Unclear)


@pytest.mark.parametrize(
    ("stored", "secret", "said"),
    [
        ({"url": "x"}, SECRET, "'url' is no setting of a signed webhook"),
        ({"path": "hook"}, SECRET, "path is 'hook': write it as /name"),
        ({"path": "/a?b"}, SECRET, "path is '/a?b'"),
        ({}, "", "the webhook secret is empty"),
        ({}, "whsec_!", "the webhook secret is malformed"),
        ({}, "whsec_QUJD", "The key is too short"),
    ],
)
def test_a_wrong_setting_is_refused_with_the_rule(stored: dict[str, Any], secret: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".+") as refused:
        ADAPTER.read_settings(stored, secret)

    assert str(refused.value).startswith(said)
    assert SECRET not in repr(SETTINGS)


# --- the receivers of the documentation


@pytest.fixture(params=["python", "node"])
def receiver(request: pytest.FixtureRequest) -> Iterator[str]:
    """A receiver in a process of its own; its address."""
    command = {"python": [sys.executable, str(DOCS / "receiver.py")], "node": ["node", str(DOCS / "receiver.mjs")]}
    if not shutil.which(command[request.param][0]):
        pytest.skip("there is no node on this machine")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([*command[request.param], str(port)], env={**os.environ, "SECRET": SECRET},
                               stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int) -> None:
    for _try in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the receiver did not start")


def test_a_receiver_of_the_documentation_keeps_every_rule(receiver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_KEY", SECRET)
    said = StringIO()

    call_command("webhook_check", f"{receiver}/callcenter", "--private", stdout=said)

    assert said.getvalue().count("kept") == 10
    assert "the same id is the same order: 1000, 1000" in said.getvalue()


def test_an_order_to_a_receiver_is_one_however_often_it_is_sent(receiver: str) -> None:
    living, target = SignedWebhook(), Target(service=UUID(int=7), base_url=receiver, private_allowed=True)
    settings = living.read_settings({}, SECRET)

    placed = [converse(living.place(draft(), settings, check_duplicate=False), target) for _attempt in range(2)]
    found = converse(living.search(draft(), settings, since=PLACED_AT), target)
    cancelled = converse(living.cancel("1000", settings), target)

    assert placed == [Placed(number="1000")] * 2
    assert (found, cancelled) == (Found(numbers=("1000",)), Changed())
    assert converse(living.states(["1000", "1001"], settings), target) == SeenOrders(
        orders=(SeenOrder(number="1000", progress=OrderProgress.CANCELLED),)
    )
    assert converse(living.check(settings), target) is None


def test_a_receiver_with_another_key_is_told_to_break_the_rules(receiver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_KEY", SECRET.replace("Mf", "Na"))
    said = StringIO()

    with pytest.raises(CommandError, match="5 rules are broken"):
        call_command("webhook_check", f"{receiver}/callcenter", "--private", stdout=said)
    assert "BROKEN  a signed ping is answered with 2xx: status 401" in said.getvalue()
