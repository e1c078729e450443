"""The centre's master pages: who may do what, in the table and in the database alike."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction

from callcenter.admin import rights
from callcenter.models import AuditEntry, Clearance, Line, Person, Scenario, TaxiService
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
    "wish": rights.WISH,
}
WRITABLE = {"person": "name", "clearance": "valid_until", "scenario": "priority", "wish": "title"}
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
    assert client.get(f"{path}{row.pk}/delete/").status_code == (200 if "delete" in given else 403)
    assert client.post(f"{path}{row.pk}/delete/", {"post": "yes"}).status_code == (302 if "delete" in given else 403)


@pytest.mark.parametrize(("model", "job"), [*product(MODELS, JOBS)])
def test_the_database_gives_each_job_what_the_table_says_and_no_more(staff: Centre, model: str, job: str) -> None:
    kind = apps.get_model("callcenter", model)
    given, total = MODELS[model].get(job, "").split(), kind.objects.count()
    writable = WRITABLE.get(model, "active")

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


def rule(service: TaxiService, **changes: Any) -> dict[str, Any]:
    """A scenario as it is typed in."""
    return {
        "service": str(service.pk), "kind": "night", "starts": "21:00", "ends": "08:00",
        "weekdays": list("1234567"), "priority": "1", "active": "on", **changes,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"kind": "full"}, "starts", "The full scenario holds always: leave both times empty"),
        ({"ends": ""}, "ends", "This kind needs both times"),
        ({"starts": "25:00"}, "starts", "valid time"),
        ({"weekdays": []}, "weekdays", "required"),
        ({"weekdays": ["8"]}, "weekdays", "8 is not one of the available choices"),
        ({"priority": "1000"}, "priority", "1000 is no priority: use a whole number from -100 to 100"),
        ({"kind": "never"}, "kind", "never is not one of the available choices"),
    ],
)
def test_a_wrong_field_of_a_scenario_says_its_rule(
    staff: Centre, rivals: list[Rival], changes: dict[str, Any], field: str, said: str
) -> None:
    before = Scenario.objects.count()

    page = browser(staff.tokens["admin"]).post("/centre/callcenter/scenario/add/", rule(rivals[0].service, **changes))

    assert said in errors(page)[field][0]
    assert Scenario.objects.count() == before


def test_a_page_says_which_scenario_is_in_force_and_why(staff: Centre, rivals: list[Rival]) -> None:
    own, admin = rivals[0].service, browser(staff.tokens["admin"])
    assert admin.post("/centre/callcenter/scenario/add/", rule(own, weekdays=list("12345"))).status_code == 302
    path = f"/centre/scenarios/in-force/?service={own.pk}&date=2026-11-27"

    night, day = (seen(within_limit(admin, f"{path}&time={time}")) for time in ("23:30", "12:00"))
    saturday = seen(admin.get(f"/centre/scenarios/in-force/?service={own.pk}&date=2026-11-28&time=23:30"))

    assert "Night 21:00–08:00, Mon Tue Wed Thu Fri MARK00Z Такси, Friday 27 November 2026, 23:30" in night
    assert "its time has come" in night
    assert "Full outsourcing priority 0 is below 1" in night
    assert "Full outsourcing MARK00Z Такси, Friday 27 November 2026, 12:00: holds always" in day
    assert "Night 21:00–08:00, Mon Tue Wed Thu Fri does not hold at this time" in day
    assert "Full outsourcing MARK00Z" in saturday


def test_a_moment_that_is_none_is_refused_in_its_field(staff: Centre, rivals: list[Rival]) -> None:
    page = browser(staff.tokens["admin"]).get(f"/centre/scenarios/in-force/?service={rivals[0].service.pk}&time=25:99")

    assert "valid time" in errors(page)["time"][0]


def test_a_manager_asks_for_the_own_service_alone(rivals: list[Rival], staff: Centre) -> None:
    own, other = rivals
    client = browser(own.manager_token)

    shown = seen(within_limit(client, "/service/scenarios/in-force/"))
    foreign = client.get(f"/service/scenarios/in-force/?service={other.service.pk}")

    assert f"Full outsourcing {own.mark} Такси" in shown
    assert other.mark not in foreign.content.decode().replace(str(other.service.pk), "")
    assert browser(staff.tokens["accountant"]).get("/centre/scenarios/in-force/").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"number": "12"}, "number", "“12” is no whole telephone number"),
        ({"number": "8 (496) 000-00-01"}, "number", "+74960000001 rings for MARK01Z Такси already"),
        ({"scenario": "foreign"}, "scenario", "belongs to another service: choose a scenario of MARK00Z Такси"),
        ({"service": ""}, "service", "required"),
    ],
)
def test_a_wrong_field_of_a_line_says_its_value_and_rule(
    staff: Centre, rivals: list[Rival], changes: dict[str, str], field: str, said: str
) -> None:
    own, other = (Scenario.objects.get(service=rival.service) for rival in rivals)
    typed = {"service": str(own.service_id), "number": "8 495 123-00-09", "scenario": str(own.pk), "active": "on"}
    if "scenario" in changes:
        changes = {"scenario": str(other.pk)}

    page = browser(staff.tokens["admin"]).post("/centre/callcenter/line/add/", {**typed, **changes})

    assert said in errors(page)[field][0]
    assert Line.objects.count() == 2


def test_a_number_is_kept_as_exchanges_report_it(staff: Centre, rivals: list[Rival]) -> None:
    own = Scenario.objects.get(service=rivals[0].service)
    typed = {"service": str(own.service_id), "number": "8 (495) 123-00-09", "scenario": str(own.pk), "active": "on"}

    answer = browser(staff.tokens["admin"]).post("/centre/callcenter/line/add/", typed)

    assert answer.status_code == 302
    assert Line.objects.get(number="+74951230009").scenario == own


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"valid_until": "2026-01-01"}, "valid_until", "it lies before the first day, 02/11/2026"),
        ({"valid_until": "2036-01-01"}, "valid_until", "a clearance lasts three years at most"),
        ({"nda_signed_on": "2036-01-01"}, "nda_signed_on", "01/01/2036 has not come yet"),
        ({"valid_from": "2026-10-01"}, "valid_from", "the agreement and the training come first, here on 01/11/2026"),
        ({"trained_on": "yesterday"}, "trained_on", "valid date"),
        ({"person": "manager"}, "person", "valid choice"),
    ],
)
def test_a_wrong_field_of_a_clearance_says_its_value_and_rule(
    staff: Centre, rivals: list[Rival], changes: dict[str, str], field: str, said: str
) -> None:
    typed = clearance(rivals[0].service, staff.stranger.person)
    if "person" in changes:
        changes = {"person": str(rivals[0].manager.pk)}
    before = Clearance.objects.count()

    page = browser(staff.tokens["supervisor"]).post("/centre/callcenter/clearance/add/", {**typed, **changes})

    assert said in errors(page)[field][0]
    assert Clearance.objects.count() == before


def clearance(service: TaxiService, person: Person) -> dict[str, str]:
    """A clearance as it is typed in."""
    return {
        "service": str(service.pk), "person": str(person.pk), "nda_signed_on": "2026-11-01",
        "trained_on": "2026-10-30", "valid_from": "2026-11-02", "valid_until": "2027-11-01",
    }  # fmt: skip


def test_a_supervisor_clears_and_withdraws_and_is_told_of_lookalikes(staff: Centre, rivals: list[Rival]) -> None:
    TaxiService.objects.update(monogram="А")
    supervisor = browser(staff.tokens["supervisor"])
    for rival in rivals:
        typed = clearance(rival.service, staff.stranger.person)
        assert supervisor.post("/centre/callcenter/clearance/add/", typed).status_code == 302

    assert "share operators and look alike" in seen(supervisor.get("/centre/callcenter/clearance/"))
    made = Clearance.objects.get(service=rivals[0].service, person=staff.stranger.person)
    path = f"/centre/callcenter/clearance/{made.pk}/change/"
    assert supervisor.post(path, {**typed, "withdrawn": "on"}).status_code == 302
    made.refresh_from_db()
    assert made.revoked_at is not None
    listed = seen(supervisor.get("/centre/callcenter/clearance/?standing=withdrawn"))
    assert ("withdrawn" in listed, "1 row" in listed) == (True, True)
    assert AuditEntry.objects.filter(action="clearance.changed", service=rivals[0].service.pk).count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"extension": "1 0 1"}, "extension", "“1 0 1” cannot be dialled"),
        ({"extension": "101"}, "extension", "101 is the extension of the workplace “desk 101” already"),
        ({"name": ""}, "name", "required"),
    ],
)
def test_a_wrong_field_of_a_workplace_says_its_value_and_rule(
    staff: Centre, changes: dict[str, str], field: str, said: str
) -> None:
    page = browser(staff.tokens["supervisor"]).post(
        "/centre/callcenter/workplace/add/", {"name": "Окно", "extension": "555", "active": "on", **changes}
    )

    assert said in errors(page)[field][0]
