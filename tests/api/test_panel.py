"""The page "API keys" of both panels."""

import re

import pytest
from django.test import Client

from callcenter.models import AuditEntry, ProgramKey
from tests.api.programs import error, program
from tests.factories import Centre, Rival, make_centre, make_key, make_rivals, make_service
from tests.panels import browser, seen, within_limit

pytestmark = pytest.mark.django_db(databases="__all__")
WANTED = {"label": "Accounting", "scopes": ["orders", "invoices"], "days": "365"}


@pytest.fixture
def rivals() -> list[Rival]:
    return make_rivals(2)


@pytest.fixture
def centre() -> Centre:
    return make_centre()


def live_key(rival: Rival) -> ProgramKey:
    return ProgramKey.objects.get(service=rival.service, revoked_at__isnull=True)


def test_a_manager_makes_a_key_that_is_shown_once_and_works(rivals: list[Rival]) -> None:
    mine = browser(rivals[0].manager_token)

    page = mine.post("/service/keys/", WANTED)

    key = re.search(r"cck_[0-9a-f]{32}_[A-Za-z0-9_-]{43}", page.content.decode())
    assert key is not None
    assert program(key[0]).get("/api/v1/orders").status_code == 200
    assert error(program(key[0]).get("/api/v1/calls")) == (403, "scope")
    listed = mine.get("/service/keys/").content.decode()
    assert key[0] not in listed
    assert "Accounting" in listed
    made = ProgramKey.objects.get(label="Accounting")
    assert (made.service_id, made.created_by_id, made.scopes) == (
        rivals[0].service.pk,
        rivals[0].manager.pk,
        "orders invoices",
    )
    entry = AuditEntry.objects.get(action="key.created")
    assert (entry.service, entry.actor, entry.detail["key"]) == (
        rivals[0].service.pk,
        str(rivals[0].manager.pk),
        str(made.pk),
    )


def test_a_manager_sees_the_own_keys_and_nothing_of_a_rival(rivals: list[Rival]) -> None:
    page = seen(within_limit(browser(rivals[0].manager_token), "/service/keys/"))

    assert f"{rivals[0].mark} program" in page
    assert rivals[1].mark not in page


def test_a_revoked_key_is_dead_at_once_and_the_act_is_on_record(rivals: list[Rival]) -> None:
    mine, key = browser(rivals[0].manager_token), live_key(rivals[0])
    path = f"/service/keys/{key.pk}/revoke/"

    assert "Revoke the key of" in seen(mine.get(path))
    assert program(rivals[0].key).get("/api/v1/orders").status_code == 200
    assert mine.post(path).status_code == 303
    assert error(program(rivals[0].key).get("/api/v1/orders")) == (401, "key")
    assert "revoked on" in seen(mine.get("/service/keys/"))
    assert mine.post(path).status_code == 404
    assert AuditEntry.objects.get(action="key.revoked").detail == {"key": str(key.pk)}


def test_a_rival_s_key_cannot_be_revoked(rivals: list[Rival]) -> None:
    key = live_key(rivals[1])

    assert browser(rivals[0].manager_token).post(f"/service/keys/{key.pk}/revoke/").status_code == 404
    assert program(rivals[1].key).get("/api/v1/orders").status_code == 200
    assert not AuditEntry.objects.filter(action="key.revoked").exists()


def test_the_administrator_keeps_the_keys_of_every_service(rivals: list[Rival], centre: Centre) -> None:
    admin = browser(centre.tokens["admin"])

    assert {rival.mark for rival in rivals} <= set(re.findall(r"MARK\d\dZ", seen(admin.get("/centre/keys/"))))
    assert "shown this once" in seen(admin.post("/centre/keys/", {**WANTED, "service": rivals[1].service.pk}))
    assert ProgramKey.objects.get(label="Accounting").service_id == rivals[1].service.pk
    assert admin.post(f"/centre/keys/{live_key(rivals[0]).pk}/revoke/").status_code == 303
    assert "Administrator" not in seen(browser(rivals[1].manager_token).get("/service/keys/"))


@pytest.mark.parametrize("job", ["supervisor", "accountant"])
def test_nobody_else_of_the_centre_finds_the_page(centre: Centre, job: str) -> None:
    assert browser(centre.tokens[job]).get("/centre/keys/").status_code == 404


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"label": ""}, "Say which program will use it"),
        ({"label": "x" * 61}, "61 characters long; at most 60"),
        ({"scopes": []}, "Choose at least one"),
        ({"scopes": ["secrets"]}, "secrets"),
        ({"days": "7000"}, "7000"),
    ],
)
def test_a_bad_value_gets_a_sentence_and_no_key_is_made(
    rivals: list[Rival], change: dict[str, object], told: str
) -> None:
    before = ProgramKey.objects.count()

    page = browser(rivals[0].manager_token).post("/service/keys/", {**WANTED, **change})

    assert page.status_code == 422
    assert told in seen(page)
    assert ProgramKey.objects.count() == before


def test_a_manager_cannot_make_a_key_for_a_rival(rivals: list[Rival]) -> None:
    browser(rivals[0].manager_token).post("/service/keys/", {**WANTED, "service": rivals[1].service.pk})

    assert ProgramKey.objects.get(label="Accounting").service_id == rivals[0].service.pk


def test_a_service_has_at_most_twenty_live_keys(rivals: list[Rival]) -> None:
    for _ in range(19):
        make_key(rivals[0].service)

    page = browser(rivals[0].manager_token).post("/service/keys/", WANTED)

    assert page.status_code == 422
    assert "already has 20 live keys" in seen(page)


def test_before_the_first_key_the_page_says_what_to_do(centre: Centre) -> None:
    make_service()

    assert "No program has a key yet" in seen(browser(centre.tokens["admin"]).get("/centre/keys/"))


def test_nobody_is_sent_to_the_login() -> None:
    assert Client().get("/service/keys/").status_code == 302
