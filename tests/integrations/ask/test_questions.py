"""Look-ups under a held call, against a simulated dispatch program, without a server of our own in between."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from callcenter.cookies import GRANT_HEADER
from callcenter.models import Grant
from callcenter.monitoring.metrics import lookups
from callcenter.tenancy.rules import SWITCH, WEB
from callcenter.tenancy.unit import unit
from integrations.models import Connection
from orders.access import here
from orders.actions import dialog
from orders.models import Call
from tests.factories import make_wish
from tests.integrations.delivery.scene import connect
from tests.integrations.simulators.taximaster_box import SECRET, Box, simulated
from tests.isolation.plain import Plain
from tests.orders.cast import Cast, cast, ring_and_answer

pytestmark = pytest.mark.django_db(databases="__all__")
LATE = (200, {"late": True})


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture
def box(certificates: Path) -> Iterator[Box]:
    with simulated(certificates, first_order=500, history=True) as running:
        yield running


@pytest.fixture
def komet(box: Box) -> Cast:
    made = cast()
    connect(made, box.running.url, fingerprint=box.running.fingerprint, secret=SECRET)
    return made


@pytest.fixture
def desk(komet: Cast) -> "Desk":
    with unit(SWITCH):
        ring_and_answer()
    call = Call.objects.get()
    with unit(WEB, seat=komet.secret):
        token = dialog.redeem(here(), call.pk).token
    return Desk(str(call.pk), token)


class Desk:
    """The page of the operator who holds the call."""

    def __init__(self, call: str, token: str) -> None:
        self.call, self.token = call, token
        self.web = Plain()

    def ask(self, kind: str, body: Any = None, *, raw: bytes = b"", language: str = "en") -> tuple[int, Any]:
        """Ask, as the page does; a body makes it a POST."""
        self.web = fresh(self.web)
        sent = raw or (json.dumps(body).encode() if body is not None else b"")
        headers = {GRANT_HEADER: self.token, "Cookie": f"language={language}"}
        status, text = self.web.send("POST" if sent else "GET", f"/ask/{kind}/{self.call}", "", headers, body=sent)
        return status, json.loads(text.splitlines()[-1])


def fresh(web: Plain) -> Plain:
    """A driver for one more question, with the same application behind it."""
    new = Plain()
    new.ask.cache, new.ask.turns = web.ask.cache, web.ask.turns
    return new


def stop(address: str, lat: float | None = None, lon: float | None = None) -> dict[str, Any]:
    return {"address": address, "entrance": "", "lat": lat, "lon": lon}


def test_hints_come_from_the_services_own_program_and_say_so(desk: Desk) -> None:
    status, found = desk.ask("hints", {"text": " воКзал "})

    assert status == 200
    assert found["source"] == "Такси-Мастер"
    assert found["hints"] == [
        {
            "title": "Вокзал",
            "note": "Привокзальная площадь, 1, главный вход, Светлоярск",
            "stop": {"address": "Вокзал", "lat": 57.112306, "lon": 40.263074},
        }
    ]


def test_hints_that_somebody_got_a_moment_ago_are_given_again_without_asking(desk: Desk, box: Box) -> None:
    first = desk.ask("hints", {"text": "лен 15"})
    box.break_by("down")

    assert desk.ask("hints", {"text": "  Лен  15 "}) == first
    assert desk.ask("hints", {"text": "лен 16"}) == LATE


def test_hints_in_memory_are_for_those_who_hold_a_call_of_the_service(desk: Desk) -> None:
    desk.ask("hints", {"text": "лен 15"})
    Grant.objects.update(closed_at=timezone.now(), close_reason="left")
    assert desk.ask("hints", {"text": "лен 15"})[0] == 410

    desk.token = "strange"
    assert desk.ask("hints", {"text": "лен 15"})[0] == 404
    assert desk.ask("hints", raw=b"{")[0] == 404


def test_one_letter_is_not_worth_a_question(desk: Desk, box: Box) -> None:
    box.break_by("down")

    assert desk.ask("hints", {"text": "л"}) == (200, {"hints": [], "source": "Такси-Мастер"})


def test_a_late_answer_is_not_kept(desk: Desk, box: Box) -> None:
    box.break_by("garbage", count=1)

    assert desk.ask("hints", {"text": "мира"}) == LATE
    assert desk.ask("hints", {"text": "мира"})[1]["hints"]


def test_a_price_follows_the_wishes_of_the_service(desk: Desk, komet: Cast) -> None:
    make_wish(komet.service, 1)  # its code is 11: a child seat in the simulated program
    trip = {"route": [stop("Ленина, 1"), stop("Вокзал")], "when": "+20"}

    status, plain = desk.ask("quote", {**trip, "wishes": []})
    _, wished = desk.ask("quote", {**trip, "wishes": ["11"]})

    assert (status, plain) == (200, {"price": "170", "currency": "RUB", "minutes": None})
    assert wished["price"] == "270"


def test_a_trip_with_known_places_costs_the_same_as_by_their_words(desk: Desk) -> None:
    words = desk.ask("quote", {"route": [stop("Ленина, 1"), stop("Вокзал")]})
    known = desk.ask("quote", {"route": [stop("x", 57.1204, 40.191857), stop("y", 57.112306, 40.263074)]})

    assert known == words


def test_what_the_program_cannot_reckon_has_no_price_and_a_half_typed_time_does_not_matter(desk: Desk) -> None:
    nowhere = {"route": [stop("Нигде"), stop("Никуда")], "when": "18:"}

    assert desk.ask("quote", nowhere) == (200, {"price": None, "currency": "RUB", "minutes": None})


def test_a_wish_of_another_service_is_refused_with_a_sentence(desk: Desk) -> None:
    status, answer = desk.ask("quote", {"route": [stop("А"), stop("Б")], "wishes": ["99"]})

    sentence = "“99” is not among this service's wishes: choose by the digits that are shown."
    assert status == 400
    assert answer["error"] == {"code": "invalid", "sentence": sentence, "fields": {"wishes": sentence}}


def test_a_wrong_question_is_refused_in_the_readers_language(desk: Desk) -> None:
    english, other = desk.ask("hints", raw=b"{"), desk.ask("hints", raw=b"{", language="xx")

    assert english[0] == other[0] == 400
    assert english[1]["error"]["sentence"] == "The question is no JSON object: write it in braces."
    assert desk.ask("hints", {"text": "х" * 5000})[0] == 400


def test_recent_addresses_are_told_only_where_the_service_agrees(desk: Desk) -> None:
    assert desk.ask("recent") == (200, {"hints": []})

    link = Connection.objects.get()
    Connection.objects.filter(pk=link.pk).update(stored={**link.stored, "recent_days": 60})
    status, found = desk.ask("recent")

    assert status == 200
    assert all(set(hint) == {"title", "note", "stop"} for hint in found["hints"])
    assert found["hints"], "the simulated caller has been driven before"


def test_what_is_asked_with_the_wrong_method_is_refused(desk: Desk) -> None:
    assert desk.ask("hints")[0] == 405
    assert desk.ask("current", {"text": "x"})[0] == 405


def test_without_a_program_everything_is_late(desk: Desk) -> None:
    Connection.objects.update(active=False)

    assert desk.ask("hints", {"text": "лен"}) == LATE
    assert desk.ask("recent") == LATE


def test_the_right_that_ends_during_the_question_takes_the_answer_with_it(desk: Desk, box: Box) -> None:
    ended = timezone.now() + timedelta(milliseconds=150)
    Grant.objects.update(expires_at=ended)
    box.break_by("stall", count=1, seconds=0.4)

    assert desk.ask("hints", {"text": "лен"})[0] == 410


def test_look_ups_are_counted_by_kind_and_outcome_and_by_nothing_else(desk: Desk, box: Box) -> None:
    def counted() -> dict[str, float]:
        return {outcome: lookups.labels("hints", outcome)._value.get() for outcome in ("told", "late", "refused")}

    before = counted()
    desk.ask("hints", {"text": "мира"})
    box.break_by("garbage", count=1)
    desk.ask("hints", {"text": "садовая"})
    desk.ask("hints", raw=b"{")

    assert {outcome: count - before[outcome] for outcome, count in counted().items()} == {
        "told": 1, "late": 1, "refused": 1,
    }  # fmt: skip
