"""How often a key may ask."""

import time

import pytest
from django.conf import LazySettings
from django.test import Client

from callcenter import nudges
from tests.api.programs import error, program
from tests.factories import make_key, make_service

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def key(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> str:
    settings.API_REQUESTS_PER_MINUTE = 3
    monkeypatch.setattr(time, "time", lambda: 1_000_000_060.5)
    return make_key(make_service())


def test_what_is_too_much_is_told_with_the_time_to_wait(key: str) -> None:
    answers = [program(key).get("/api/v1/orders") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert error(answers[3]) == (429, "too_often")
    assert answers[3].headers["Retry-After"] == "20"
    assert "More than 3 requests" in answers[3].json()["error"]["sentence"]


def test_each_key_has_its_own_number_and_the_next_minute_begins_anew(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other = make_key(make_service(1))
    for _ in range(4):
        program(key).get("/api/v1/orders")

    assert program(other).get("/api/v1/orders").status_code == 200
    assert program(key).get("/api/v1/orders").status_code == 429
    monkeypatch.setattr(time, "time", lambda: 1_000_000_090.0)
    assert program(key).get("/api/v1/orders").status_code == 200


def test_guesses_do_not_use_up_what_the_true_key_may(key: str) -> None:
    for _ in range(5):
        program(key[:-1] + "!").get("/api/v1/orders")

    assert program(key).get("/api/v1/orders").status_code == 200


def test_pages_and_requests_without_a_key_are_not_counted(key: str) -> None:
    assert {Client().get("/api/v1/orders").status_code for _ in range(5)} == {401}
    assert {program(key).get("/healthz").status_code for _ in range(5)} == {200}


def test_without_redis_everybody_is_served(key: str, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    nudges.client.cache_clear()
    try:
        assert {program(key).get("/api/v1/orders").status_code for _ in range(5)} == {200}
    finally:
        nudges.client.cache_clear()


def test_redis_learns_nothing_of_the_key(key: str) -> None:
    program(key).get("/api/v1/orders")

    names = [str(name) for name in nudges.client().keys("asked:*")]
    assert names
    public, secret = key.removeprefix("cck_").split("_", 1)  # the secret may hold more of them
    assert not any(part in name for name in names for part in (public, secret))
