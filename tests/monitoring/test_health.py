"""Alive and ready, and what makes the difference."""

import pytest
from django.conf import LazySettings, settings
from django.db import DatabaseError, connections
from django.test import Client

from callcenter.embedded.servers import free_port
from callcenter.monitoring import health, probe, server

pytestmark = pytest.mark.django_db(databases="__all__")


class Dead:
    """A database that has gone."""

    def cursor(self) -> None:
        raise DatabaseError("gone")


@pytest.fixture
def without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {alias: Dead() if alias == "keys" else connections[alias] for alias in settings.DATABASES}
    monkeypatch.setattr(health, "connections", known)


def test_a_process_whose_databases_answer_is_ready() -> None:
    answer = Client().get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["checks"] == {f"database {alias}": True for alias in settings.DATABASES} | {"redis": True}


@pytest.mark.usefixtures("without_keys")
def test_a_process_without_a_database_is_alive_and_not_ready() -> None:
    ready, alive = Client().get("/readyz"), Client().get("/healthz")

    assert (ready.status_code, ready.json()["status"]) == (503, "not ready")
    assert ready.json()["checks"]["database keys"] is False
    assert alive.status_code == 200


def test_whoever_asks_from_inside_is_not_sent_to_the_secure_door(settings: LazySettings) -> None:
    settings.SECURE_SSL_REDIRECT = True

    assert Client().get("/healthz").status_code == 200
    assert Client().get("/login/").status_code == 301


def test_a_silent_redis_is_told_and_stops_nothing(settings: LazySettings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["checks"]["redis"]) == (200, False)


def test_the_figures_are_nowhere_without_the_token(settings: LazySettings) -> None:
    assert Client().get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "a token of the monitoring"
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 404

    answer = Client().get("/metrics", headers={"Authorization": "Bearer a token of the monitoring"})

    assert 'callcenter_requests_total{method="GET",route="metrics",status="404"}' in answer.content.decode()


def test_a_process_without_pages_answers_on_the_port_of_its_monitor() -> None:
    listening = server.serve(0, "127.0.0.1")
    port = int(listening.server_address[1])
    try:
        assert probe.healthy(port)
        assert probe.healthy(port, "/metrics")
        assert not probe.healthy(port, "/elsewhere")
    finally:
        listening.shutdown()
        listening.server_close()
    assert not probe.healthy(port)
