"""What the page may ask, and the sentences for what it may not."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from callcenter.contracts import Stop
from callcenter.refusals import Refused
from integrations.ask.body import MOST_BYTES, read

values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=250)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=9),
        st.dictionaries(st.sampled_from(["address", "entrance", "lat", "lon"]), inner, max_size=4),
    ),
    max_leaves=12,
)


def refused(raw: bytes | dict[str, Any], use: str = "route") -> tuple[str, dict[str, str]]:
    with translation.override("en"), pytest.raises(Refused) as refusal:
        told(raw if isinstance(raw, bytes) else json.dumps(raw).encode(), use)
    assert refusal.value.status == 400
    return refusal.value.sentence, refusal.value.fields


def told(raw: bytes, use: str) -> object:
    body = read(raw)
    return body.route() if use == "route" else body.text("text", limit=200)


def test_a_trip_is_read_with_what_is_known_of_its_places() -> None:
    there = {"address": " Ленина, 1 ", "entrance": "2", "lat": 55.751234567, "lon": 37}

    stops = read(json.dumps({"route": [there, {"address": "Мира"}]}).encode()).route()

    assert stops == [
        Stop(address="Ленина, 1", entrance="2", lat=Decimal("55.751235"), lon=Decimal(37)), Stop(address="Мира"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"x" * (MOST_BYTES + 1), "The question is longer than 4096 bytes: shorten it."),
        (b"{", "The question is no JSON object: write it in braces."),
        (b"[" * 4000, "The question is no JSON object: write it in braces."),
        (b"[]", "The question is no JSON object: write it in braces."),
        (b"\xff", "The question is no JSON object: write it in braces."),
    ],
)
def test_what_is_no_question_is_refused_with_a_sentence(raw: bytes, sentence: str) -> None:
    assert refused(raw) == (sentence, {})


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"text": 7}, "text", "“7” is no text: write it in quotation marks."),
        ({"text": "х" * 201}, "text", "This is 201 characters long; at most 200 fit."),
        ({"route": "там"}, "route", "“там” is no list."),
        ({"route": [{}] * 8}, "route", "These are 8; at most 7 fit."),
        ({"route": [{"address": "А"}]}, "route", "A price needs at least two places, each with an address."),
        ({"route": [{"address": "А"}, 7]}, "route", "A price needs at least two places, each with an address."),
        ({"route": [{"address": "А"}, {"address": " "}]}, "route",
         "A price needs at least two places, each with an address."),
        ({"route": [{"address": "А", "lat": 91}] * 2}, "lat",
         "“91” is no coordinate: a number from -90 to 90 is expected."),
        ({"route": [{"address": "А", "lon": "37"}] * 2}, "lon",
         "“37” is no coordinate: a number from -180 to 180 is expected."),
        ({"route": [{"address": "А", "entrance": "х" * 11}] * 2}, "entrance",
         "This is 11 characters long; at most 10 fit."),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_with_its_rule(values: dict[str, Any], field: str, sentence: str) -> None:
    assert refused(values, "text" if field == "text" else "route") == (sentence, {field: sentence})


@given(st.one_of(st.binary(max_size=60), st.fixed_dictionaries({}, optional={"route": values, "text": values})))
def test_whatever_comes_is_read_or_refused(sent: Any) -> None:
    raw = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    try:
        body = read(raw)
        text, stops = body.text("text", limit=200), body.route()
    except Refused:
        return
    (text + "".join(stop.address for stop in stops)).encode()
    assert all(stop.address and (stop.lat is None) == (stop.lon is None) for stop in stops)
