"""The switch's door: what is signed and whole is taken once; all else leaves a reason and an audit line."""

import json
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from callcenter.models import AuditEntry, Seat
from integrations.models import Exchange
from integrations.signature import LARGEST_BODY, sign
from orders.models import Call, CallEventSeen
from tests.orders.cast import Cast, cast

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.urls("callcenter.switch_urls")]
SECRET = "exchange-secret-0123456789abcdef"
OFFERED = {
    "schema": "call-event/1", "type": "call.offered", "event_id": "e1", "occurred_at": "2026-11-23T09:00:00Z",
    "call": {"id": "c1", "ani": "+79001234567", "dnis": "+74951230001"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def switch() -> Any:
    with override_settings(ROOT_URLCONF="callcenter.switch_urls"):
        yield


@pytest.fixture
def komet() -> Cast:
    exchange = Exchange(name="pbx")
    exchange.put_keys([SECRET, "the-older-secret-0123456789abcdef"])
    exchange.save()
    return cast()


def post(
    body: Any, *, what: str = "events", instance: str = "pbx", secret: str = SECRET, webhook: str = "w1", stamp: int = 0
) -> Any:
    """Send a signed request as an exchange does; bytes are sent as they are."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = stamp or int(timezone.now().timestamp())
    headers = {
        "webhook-id": webhook,
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign(secret, webhook_id=webhook, timestamp=stamp, body=raw),
    }
    return Client().post(f"/api/telephony/{instance}/{what}", raw, content_type="application/json", headers=headers)


def refusals() -> int:
    return AuditEntry.objects.filter(action="webhook.refused").count()


def nothing_stored() -> bool:
    return not Call.objects.exists() and not CallEventSeen.objects.exists()


def test_a_signed_event_is_taken(komet: Cast) -> None:
    assert post(OFFERED).json() == {"result": "applied"}
    assert Call.objects.get().state == "offered"


def test_the_older_of_two_keys_still_works(komet: Cast) -> None:
    assert post(OFFERED, secret="the-older-secret-0123456789abcdef").status_code == 200


def test_a_retry_signed_anew_is_answered_and_changes_nothing(komet: Cast) -> None:
    now = int(timezone.now().timestamp())
    answers = [post(OFFERED, stamp=now - 5).json(), post(OFFERED, stamp=now).json()]

    assert answers == [{"result": "applied"}, {"result": "duplicate"}]


def test_the_very_same_request_again_is_a_replay(komet: Cast) -> None:
    now = int(timezone.now().timestamp())
    post(OFFERED, stamp=now)
    answer = post(OFFERED, stamp=now)

    assert (answer.status_code, refusals(), Call.objects.count()) == (401, 1, 1)
    assert "taken before" in answer.json()["error"]["sentence"]


@pytest.mark.parametrize(
    ("sent", "status", "reason"),
    [
        ({"secret": "a-wrong-secret-0123456789abcdef"}, 401, "none of the live secrets"),
        ({"instance": "strange"}, 401, "none of the live secrets"),
        ({"stamp": 1_700_000_000}, 401, "away from our clock"),
        ({"body": b"{"}, 400, "not JSON"),
        ({"body": b"[1]"}, 400, "not a JSON object"),
        ({"body": b"[" * 30_000}, 400, "not JSON"),
        ({"body": {"type": "call.dancing"}}, 400, "call.dancing"),
        ({"body": {**OFFERED, "occurred_at": "yesterday"}}, 400, "occurred_at"),
        ({"body": b"x" * (LARGEST_BODY + 1)}, 413, "at most"),
    ],
)
def test_what_is_wrong_is_turned_down_with_a_reason_and_one_audit_line(
    komet: Cast, sent: dict[str, Any], status: int, reason: str
) -> None:
    answer = post(sent.pop("body", OFFERED), **sent)

    assert answer.status_code == status
    assert reason in answer.json()["error"]["sentence"]
    assert refusals() == 1
    assert nothing_stored()


def test_an_unsigned_request_is_turned_down(komet: Cast) -> None:
    answer = Client().post("/api/telephony/pbx/events", json.dumps(OFFERED), content_type="application/json")

    assert (answer.status_code, refusals(), nothing_stored()) == (401, 1, True)


def test_a_refusal_never_repeats_a_caller_s_number(komet: Cast) -> None:
    answer = post({**OFFERED, "type": "79001234567"})

    assert "79001234567" not in answer.content.decode() + str(list(AuditEntry.objects.values_list("detail", flat=True)))


def test_the_route_question_names_the_operator_who_is_ready(komet: Cast) -> None:
    question = {"call": {"id": "c1", "ani": "+79001234567", "dnis": "+74951230001"}, "missed": []}

    answer = post(question, what="route").json()

    assert (answer["action"], answer["extension"]) == ("accept", "101")
    assert Seat.objects.get().state == "busy"


def test_how_many_are_ready_and_which_calls_are_done(komet: Cast) -> None:
    assert post({}, what="ready").json() == {"ready": 1}
    assert post({"calls": []}, what="resync", webhook="w2").json() == {"release": []}
