"""Only a request signed by a live secret, and lately, is heard."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.signature import Refused, Stale, Unsigned, key_of, sign, verify

NOW = datetime.fromtimestamp(1_674_087_231, tz=UTC)
OLD_SECRET, NEW_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "a-plain-secret-of-the-exchange"
BODY = b'{"test": 2432232314}'


def signed(
    *,
    secret: str = NEW_SECRET,
    body: bytes = BODY,
    webhook_id: str = "msg_p5jXN8AQM9LWM0D4loKWxJek",
    at: datetime = NOW,
) -> dict[str, str]:
    timestamp = int(at.timestamp())
    signature = sign(secret, webhook_id=webhook_id, timestamp=timestamp, body=body)
    return {"webhook-id": webhook_id, "webhook-timestamp": str(timestamp), "webhook-signature": signature}


def test_the_published_vector_of_standard_webhooks_holds() -> None:
    signature = sign(OLD_SECRET, webhook_id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1_614_265_330, body=BODY)

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_without_the_prefix_is_the_key_itself() -> None:
    signature = sign("secret", webhook_id="msg_1", timestamp=1_700_000_000, body=b"{}")

    assert signature == "v1,A5oIrJxXPB/PkULSoVu0e4khvPiqpF9vljmhkSKg0FI="


@pytest.mark.parametrize("secret", [OLD_SECRET, NEW_SECRET])
def test_either_live_secret_opens(secret: str) -> None:
    headers = signed(secret=secret)

    assert verify(headers, BODY, [NEW_SECRET, OLD_SECRET], NOW) == "msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_header_names_in_any_case_are_the_same() -> None:
    headers = {name.title(): value for name, value in signed().items()}

    assert verify(headers, BODY, [NEW_SECRET], NOW)


def test_one_fitting_signature_of_a_list_is_enough() -> None:
    headers = signed()
    headers["webhook-signature"] = f"v1a,AAAA garbage v1 v1,  {headers['webhook-signature']}"

    assert verify(headers, BODY, [NEW_SECRET], NOW)


@pytest.mark.parametrize("away", [timedelta(seconds=-300), timedelta(0), timedelta(seconds=300)])
def test_a_clock_five_minutes_away_is_tolerated(away: timedelta) -> None:
    assert verify(signed(at=NOW + away), BODY, [NEW_SECRET], NOW)


@pytest.mark.parametrize("away", [timedelta(seconds=-301), timedelta(seconds=301), timedelta(days=3650)])
def test_a_request_from_another_time_is_stale(away: timedelta) -> None:
    with pytest.raises(Stale, match="more than 300 s"):
        verify(signed(at=NOW + away), BODY, [NEW_SECRET], NOW)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"webhook-id": ""}, "^webhook-id"),
        ({"webhook-id": "with.dot"}, "^webhook-id"),
        ({"webhook-id": "x" * 129}, "^webhook-id"),
        ({"webhook-id": "another"}, "^webhook-signature fits none"),
        ({"webhook-timestamp": ""}, "^webhook-timestamp"),
        ({"webhook-timestamp": "1674087231.5"}, "^webhook-timestamp"),
        ({"webhook-timestamp": "-1674087231"}, "^webhook-timestamp"),
        ({"webhook-timestamp": "١٦٧٤٠٨٧٢٣١"}, "^webhook-timestamp"),
        ({"webhook-timestamp": "1674087232"}, "^webhook-signature fits none"),
        ({"webhook-signature": ""}, "^webhook-signature is missing"),
        ({"webhook-signature": "v1," * 2}, "^webhook-signature fits none"),
        ({"webhook-signature": " ".join(["v1,AAAA"] * 9)}, "^webhook-signature is missing or holds more than 8"),
    ],
)
def test_a_changed_header_is_unsigned(changed: dict[str, str], reason: str) -> None:
    with pytest.raises(Unsigned, match=reason):
        verify({**signed(), **changed}, BODY, [NEW_SECRET], NOW)


def test_a_changed_body_is_unsigned() -> None:
    with pytest.raises(Unsigned):
        verify(signed(), BODY + b" ", [NEW_SECRET], NOW)


def test_a_withdrawn_secret_is_unsigned() -> None:
    with pytest.raises(Unsigned):
        verify(signed(secret=OLD_SECRET), BODY, [NEW_SECRET], NOW)


def test_an_exchange_without_secrets_hears_nobody() -> None:
    with pytest.raises(Unsigned):
        verify(signed(), BODY, [], NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64", "whsec_MfK"])
def test_a_secret_without_a_key_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="the webhook secret is"):
        key_of(secret)


header_text = st.text(max_size=60) | st.sampled_from(["v1,AAAA", "1674087231", "msg_1"])
header_names = st.sampled_from(["webhook-id", "Webhook-Id", "webhook-timestamp", "webhook-signature"]) | st.text(
    max_size=5
)


@given(st.dictionaries(header_names, header_text), st.binary(max_size=100))
def test_garbage_is_refused_and_nothing_else_happens(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(Refused):
        verify(headers, body, [NEW_SECRET, OLD_SECRET], NOW)


@given(header_text, st.binary(max_size=100))
def test_garbage_beside_good_headers_is_refused(signature: str, body: bytes) -> None:
    with pytest.raises(Refused):
        verify({**signed(body=BODY + b"!"), "webhook-signature": signature}, body, [NEW_SECRET], NOW)
