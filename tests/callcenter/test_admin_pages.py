"""The centre's master pages: who may do what, in the table and in the database alike."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction

from callcenter.admin import rights
from callcenter.models import AuditEntry, TaxiService
from callcenter.panel import centre
from tests.factories import Centre, Rival, make_centre, make_rivals
from tests.harness import as_role
from tests.panels import browser, errors, seen, within_limit

pytestmark = pytest.mark.django_db(databases="__all__")
MODELS = {
    "taxiservice": rights.SERVICE,
    "line": rights.LINE,
    "scenario": rights.SCENARIO,
    "person": rights.PERSON,
    "workplace": rights.WORKPLACE,
    "clearance": rights.CLEARANCE,
}
JOBS = ("admin", "supervisor", "accountant")


@pytest.fixture
def rivals() -> list[Rival]:
    return make_rivals(2)


@pytest.fixture
def staff(rivals: list[Rival]) -> Iterator[Centre]:
    return make_centre()  # type: ignore[return-value]


@pytest.mark.parametrize(("model", "job"), [*product(MODELS, JOBS)])
def test_each_job_opens_the_pages_of_its_table_and_no_others(staff: Centre, model: str, job: str) -> None:
    client, given = browser(staff.tokens[job]), MODELS[model].get(job, "").split()
    row = apps.get_model("callcenter", model).objects.order_by("pk").first()
    path = f"/centre/callcenter/{model}/"

    assert client.get(path).status_code == (200 if "view" in given else 403)
    assert client.get(f"{path}add/").status_code == (200 if "add" in given else 403)
    shown = client.get(f"{path}{row.pk}/change/")
    assert shown.status_code == (200 if "view" in given else 403)
    if shown.status_code == 200 and not (model == "person" and job == "supervisor"):
        assert (b'name="_save"' in shown.content) == ("change" in given)
    assert client.post(f"{path}{row.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(("model", "job"), [*product(MODELS, JOBS)])
def test_the_database_gives_each_job_what_the_table_says_and_no_more(staff: Centre, model: str, job: str) -> None:
    kind = apps.get_model("callcenter", model)
    given, total = MODELS[model].get(job, "").split(), kind.objects.count()
    writable = {"person": "name", "clearance": "valid_until", "scenario": "priority"}.get(model, "active")

    with as_role("web", token=staff.tokens[job]):
        assert kind.objects.count() == (total if "view" in given else 0)
        value = kind.objects.values_list(writable, flat=True).first()
        changed = kind.objects.filter(**{"job": "operator"} if model == "person" else {}).update(**{writable: value})
    assert bool(changed) == ("change" in given)


@pytest.mark.parametrize("column", ["service_id", "job", "active", "created_at"])
def test_what_rights_hang_on_is_settled_in_the_database_too(staff: Centre, column: str) -> None:
    refused = pytest.raises(DatabaseError, match="permission denied for table callcenter_person")

    with as_role("web", token=staff.tokens["admin"]), refused, transaction.atomic():
        apps.get_model("callcenter", "person").objects.update(**{column: None})


def test_a_supervisor_writes_nobody_but_operators(staff: Centre) -> None:
    people = apps.get_model("callcenter", "person").objects

    with as_role("web", token=staff.tokens["supervisor"]):
        assert people.exclude(job="operator").update(name="x") == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            people.create(login="second", name="x", job="admin")


@pytest.mark.parametrize("model", MODELS)
def test_a_page_takes_few_queries_in_both_languages(staff: Centre, model: str) -> None:
    row = apps.get_model("callcenter", model).objects.order_by("pk").first()

    for language in ("en", "ru"):
        client = browser(staff.tokens["admin"], language=language)
        for path in ("", "add/", f"{row.pk}/change/", "?q=MARK"):
            within_limit(client, f"/centre/callcenter/{model}/{path}")


def test_a_manager_finds_no_centre(rivals: list[Rival], staff: Centre) -> None:
    client = browser(rivals[0].manager_token)

    for model in MODELS:
        assert client.get(f"/centre/callcenter/{model}/").status_code == 404


def test_an_operator_is_sent_to_the_login(rivals: list[Rival], staff: Centre) -> None:
    client = browser(seat=rivals[0].desk.secret)

    assert client.get("/centre/callcenter/taxiservice/").status_code == 302


def test_every_master_page_of_the_kernel_is_under_the_table() -> None:
    registered = {model._meta.model_name for model in centre._registry if model._meta.app_label == "callcenter"}

    assert registered == set(MODELS)


def fields(**changes: Any) -> dict[str, Any]:
    """A service as it is typed in."""
    return {
        "name": "Такси «Заря»", "monogram": "з", "hue": "", "greeting": "Такси «Заря», здравствуйте!", "country": "ru",
        "time_zone": "Asia/Omsk", "active": "on", **changes,
    }  # fmt: skip


def test_a_new_service_gets_a_free_colour_and_is_put_on_record(staff: Centre) -> None:
    answer = browser(staff.tokens["admin"]).post("/centre/callcenter/taxiservice/add/", fields())

    assert answer.status_code == 302
    made = TaxiService.objects.get(name="Такси «Заря»")
    assert (made.monogram, made.hue, made.country, made.active) == ("З", "violet", "RU", True)
    entry = AuditEntry.objects.get(action="service.added")
    assert (entry.service, entry.actor, entry.detail) == (
        made.pk, str(staff.people["admin"].pk), {"id": str(made.pk)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("monogram", "«»", "“«»” is no monogram"),
        ("country", "XX", "“XX” is no country"),
        ("time_zone", "Moscow", "Moscow is not a time zone"),
        ("hue", "teal", "“Teal” is the colour of MARK00Z Такси"),
        ("hue", "pink", "pink is not one of the available choices"),
        ("name", "", "required"),
        ("greeting", "x" * 201, "201"),
    ],
)
def test_a_wrong_field_of_a_service_says_its_value_and_rule_and_keeps_what_was_typed(
    staff: Centre, field: str, value: str, said: str
) -> None:
    answer = browser(staff.tokens["admin"]).post("/centre/callcenter/taxiservice/add/", fields(**{field: value}))

    assert answer.status_code == 200
    assert list(errors(answer)) == [field]
    assert said in errors(answer)[field][0]
    assert "Asia/Omsk" in answer.content.decode() or field == "time_zone"
    assert "Такси «Заря»" in answer.content.decode() or field == "name"
    assert TaxiService.objects.count() == 2


def test_a_change_writes_the_changed_fields_alone_and_names_them_on_record(staff: Centre, rivals: list[Rival]) -> None:
    own = rivals[0].service
    typed = fields(name=own.name, monogram="0", hue="teal", greeting=own.greeting, country="RU", active="")

    answer = browser(staff.tokens["admin"]).post(f"/centre/callcenter/taxiservice/{own.pk}/change/", typed)

    assert answer.status_code == 302
    own.refresh_from_db()
    assert (own.time_zone, own.active, own.hue) == ("Asia/Omsk", False, "teal")
    entry = AuditEntry.objects.get(action="service.changed")
    assert entry.service == own.pk
    assert set(entry.detail["fields"].split(", ")) == {"Time zone", "Served"}


def test_the_list_shows_the_colour_in_words(staff: Centre) -> None:
    assert "0 · Teal" in seen(browser(staff.tokens["admin"]).get("/centre/callcenter/taxiservice/"))
