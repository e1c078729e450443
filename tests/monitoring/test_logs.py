"""What a log line says, and what it never says."""

import json
import logging

import pytest
from django.db import IntegrityError
from django.test import Client

from callcenter.monitoring.logs import HIDDEN, Json, Line, scrubbed


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    return logging.getLogger("callcenter.proof").makeRecord(
        "callcenter.proof", logging.INFO, __file__, 1, message, args, None, extra=extra
    )


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("call from +79161234567 ended", f"call from {HIDDEN} ended"),
        ("call from 8 (916) 123-45-67 ended", f"call from {HIDDEN} ended"),
        ("redis://:hunter2@cache:6379/0", f"redis://:{HIDDEN}@cache:6379/0"),
        ("postgres://cc_web:hunter2@db:5432/x refused", f"postgres://cc_web:{HIDDEN}@db:5432/x refused"),
        ("Authorization: Bearer cck_1_2", f"Authorization: Bearer {HIDDEN}"),
        ("duplicate key\nDETAIL:  Key (phone)=(x) exists.", f"duplicate key\nDETAIL: {HIDDEN}"),
    ],
)
def test_what_looks_personal_or_secret_is_taken_out(said: str, kept: str) -> None:
    assert scrubbed(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "order 01a20815-d8e0-763b-a31a-4e25c2cf2845 accepted",
        "2026-11-23 11:22:40,123 INFO",
        "took 1234.5 ms of 15000",
        "10.20.30.40:5432",
        "month 2026-11-01",
    ],
)
def test_ids_times_and_figures_stay(said: str) -> None:
    assert scrubbed(said) == said


def test_a_line_for_machines_is_one_object_with_its_facts() -> None:
    written = json.loads(Json().format(record("answered", route="calls/<uuid:call_id>/place", status=201, ms=12.5)))

    assert written.pop("time")
    assert written == {
        "level": "INFO",
        "logger": "callcenter.proof",
        "message": "answered",
        "process": written["process"],
        "route": "calls/<uuid:call_id>/place",
        "status": 201,
        "ms": 12.5,
    }


def test_a_traceback_passes_the_same_filter() -> None:
    said = "\n".join(["duplicate key", f"DETAIL:  Key (name)=({'Iv' + 'an'}) already exists."])
    try:
        raise IntegrityError(said)
    except IntegrityError as error:
        made = record("broke")
        made.exc_info = (type(error), error, error.__traceback__)

    for formatter in (Json(), Line()):
        assert "Ivan" not in formatter.format(made)
        assert "duplicate key" in formatter.format(made)


@pytest.mark.django_db(databases="__all__")
def test_a_request_leaves_its_route_and_id_and_not_its_path(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="callcenter.request"):
        answer = Client().get("/login/?next=%2Fsecret-place", headers={"X-Request-ID": "proxy-1234567"})

    assert answer.headers["X-Request-ID"] == "proxy-1234567"
    line = next(made for made in caplog.records if made.name == "callcenter.request")
    assert (line.route, line.status) == ("login/", 200)  # type: ignore[attr-defined]
    assert "secret-place" not in Json().format(line)


@pytest.mark.django_db(databases="__all__")
def test_a_strange_request_id_is_not_taken_over() -> None:
    answer = Client().get("/healthz", headers={"X-Request-ID": "a b;c"})

    assert answer.headers["X-Request-ID"] != "a b;c"
