"""Inviting, blocking and resetting: who may, what ends at once, and what a link opens."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connections
from django.test import Client
from django.utils import timezone

from callcenter.cookies import GRANT_COOKIE, SEAT_COOKIE, hashed
from callcenter.models import AuditEntry, Credential, Grant, Invitation, Person, Seat
from orders.models import Call
from tests.factories import PASSWORD, Centre, Rival, invite, make_centre, make_desk, make_person, make_rival
from tests.harness import as_role
from tests.panels import browser, errors, seen, within_limit

pytestmark = pytest.mark.django_db(databases="__all__")
GOOD = "зелёный-паровоз-1844"


@pytest.fixture
def rival() -> Iterator[Rival]:
    """The login role reads what the test has written: its connection is the test's own."""
    apart = connections["auth"]
    connections["auth"] = connections["default"]
    yield make_rival(0)
    connections["auth"] = apart


@pytest.fixture
def staff(rival: Rival) -> Centre:
    return make_centre()


def press(client: Client, person: Person, act: str) -> Any:
    """Ask first, then do it."""
    path = f"/centre/callcenter/person/{person.pk}/{act}/"
    assert client.get(path).status_code == 200
    return client.post(path)


def link_on(page: Any) -> str:
    """The path of the link that is shown."""
    found = re.search(r'value="http://testserver(/invitation/[^"]+/)"', page.content.decode())
    assert found, seen(page)
    return found[1]


def typed(**changes: str) -> dict[str, str]:
    return {"name": "Вера П.", "login": "vera", "job": "operator", "service": "", "usual_workplace": "", **changes}


def test_a_new_person_has_no_password_and_gets_a_link_that_is_shown_once(staff: Centre) -> None:
    page = browser(staff.tokens["admin"]).post("/centre/callcenter/person/add/", typed(login=" Vera "))

    vera = Person.objects.get(login="vera")
    token = link_on(page).split("/")[2]
    made = Invitation.objects.get(person=vera)
    assert (made.purpose, bytes(made.token_hash), made.created_by) == (
        "invite", hashed(token), staff.people["admin"],
    )  # fmt: skip
    assert timedelta(hours=47) < made.expires_at - timezone.now() <= timedelta(hours=48)
    assert not Credential.objects.filter(person=vera).exists()
    assert token not in str(list(AuditEntry.objects.values_list("detail", flat=True)))
    assert [e.action for e in AuditEntry.objects.filter(actor=str(staff.people["admin"].pk)).order_by("seq")] == [
        "person.added", "person.invite",
    ]  # fmt: skip


def test_the_link_lets_the_person_choose_a_password_once(staff: Centre) -> None:
    path = link_on(browser(staff.tokens["admin"]).post("/centre/callcenter/person/add/", typed()))
    somebody = browser()

    assert "vera" in seen(somebody.get(path))
    done = somebody.post(path, {"password": GOOD, "again": GOOD})

    assert (done.status_code, "vera" in seen(done)) == (200, True)
    vera = Person.objects.get(login="vera")
    assert check_password(GOOD, Credential.objects.get(person=vera).password)
    assert Invitation.objects.get(person=vera).used_at is not None
    again = somebody.post(path, {"password": "another-" + GOOD, "again": "another-" + GOOD})
    assert (again.status_code, "This link no longer works" in seen(again)) == (404, True)
    assert check_password(GOOD, Credential.objects.get(person=vera).password)
    entry = AuditEntry.objects.get(action="password.chosen")
    assert (entry.actor, set(entry.detail)) == (str(vera.pk), {"invitation"})


@pytest.mark.parametrize(
    ("password", "again", "field", "said"),
    [
        ("short", "short", "password", "at least 10 characters"),
        ("1234567890", "1234567890", "password", "entirely numeric"),
        ("password123", "password123", "password", "too common"),
        ("stranger-1", "stranger-1", "password", "too similar to the login"),
        (GOOD, GOOD + "!", "again", "The two passwords differ"),
        ("", "", "password", "required"),
    ],
)
def test_a_weak_password_is_refused_with_its_rule_and_never_shown_again(
    staff: Centre, password: str, again: str, field: str, said: str
) -> None:
    page = browser().post("/invitation/invitation-token/", {"password": password, "again": again})

    assert page.status_code == 422
    assert said in " ".join(page.context["form"].errors[field])
    assert 'type="password"' in page.content.decode()
    assert not password or f'value="{password}' not in page.content.decode()
    assert Invitation.objects.get().used_at is None


@pytest.mark.parametrize("over", ["unknown", "used", "replaced", "too old", "blocked"])
def test_a_link_that_is_over_says_so_and_opens_nothing(staff: Centre, over: str) -> None:
    now, path = timezone.now(), "/invitation/invitation-token/"
    changes = {"used": {"used_at": now}, "replaced": {"closed_at": now}, "too old": {"expires_at": now}}
    Invitation.objects.update(**changes.get(over, {"expires_at": now + timedelta(hours=1)}))
    if over == "blocked":
        Person.objects.filter(login="stranger").update(active=False)
    before = Credential.objects.get(person__login="stranger").password

    asked = "/invitation/guessed/" if over == "unknown" else path
    pages = [browser().get(asked), browser().post(asked, {"password": GOOD, "again": GOOD})]

    assert [page.status_code for page in pages] == [404, 404]
    assert all("Ask whoever gave it to you" in seen(page) for page in pages)
    assert Credential.objects.get(person__login="stranger").password == before


def test_a_reset_voids_the_old_password_the_old_link_and_every_right(staff: Centre, rival: Rival) -> None:
    invite(rival.manager, "older-link")
    page = press(browser(staff.tokens["admin"]), rival.manager, "invite")

    assert browser().get("/invitation/older-link/").status_code == 404
    assert not Credential.objects.filter(person=rival.manager).exists()
    refused = browser().post("/login/", {"login": rival.manager.login, "password": PASSWORD})
    assert refused.status_code == 422
    assert browser(rival.manager_token).get("/service/").status_code == 302
    assert browser().get(link_on(page)).status_code == 200
    entry = AuditEntry.objects.get(action="person.reset")
    assert (entry.service, entry.detail["person"]) == (rival.service.pk, str(rival.manager.pk))


def test_a_block_ends_the_seat_and_the_right_to_an_open_dialog(staff: Centre, rival: Rival) -> None:
    desk, dialog = rival.desk, f"/calls/{rival.answered.pk}/reveal"
    operator = browser(seat=desk.secret)
    held = {"headers": {"X-Grant": rival.call_token}, "content_type": "application/json"}
    assert operator.post(dialog, "{}", **held).status_code == 200  # type: ignore[arg-type]

    answer = press(browser(staff.tokens["supervisor"]), desk.person, "block")

    assert answer.status_code == 303
    assert operator.post(dialog, "{}", **held).status_code == 410  # type: ignore[arg-type]
    assert operator.get("/")["Location"] == "/login/"
    seat = Seat.objects.get(pk=desk.seat.pk)
    assert (seat.close_reason, seat.state, seat.version > desk.seat.version) == ("blocked", "off", True)
    grant = Grant.objects.get(token_hash=hashed(rival.call_token))
    assert (grant.close_reason, grant.closed_at is not None) == ("blocked", True)
    assert Call.objects.get(pk=rival.answered.pk).state == "answered"
    refused = browser().post("/login/", {"login": desk.person.login, "password": PASSWORD})
    assert (refused.status_code, SEAT_COOKIE in refused.cookies) == (422, False)
    entry = AuditEntry.objects.get(action="person.blocked")
    assert (entry.detail["person"], entry.detail["seats"]) == (str(desk.person.pk), 1)


def test_somebody_let_in_again_logs_in_with_the_password_from_before(staff: Centre) -> None:
    person = make_person("zoya", job="accountant")
    admin = browser(staff.tokens["admin"])

    press(admin, person, "block")
    press(admin, person, "unblock")

    assert GRANT_COOKIE in browser().post("/login/", {"login": "zoya", "password": PASSWORD}).cookies
    assert AuditEntry.objects.filter(action="person.unblocked").count() == 1


def test_nobody_blocks_themselves(staff: Centre) -> None:
    admin = browser(staff.tokens["admin"])

    answer = press(admin, staff.people["admin"], "block")

    assert answer.status_code == 303
    assert "You cannot block yourself" in seen(admin.get(answer["Location"]))
    assert Person.objects.get(job="admin").active


@pytest.mark.parametrize("act", ["invite", "block", "unblock"])
def test_a_supervisor_looks_after_operators_alone(staff: Centre, rival: Rival, act: str) -> None:
    client = browser(staff.tokens["supervisor"])

    for person in (staff.people["admin"], staff.people["accountant"], rival.manager):
        assert client.post(f"/centre/callcenter/person/{person.pk}/{act}/").status_code == 404
    assert Credential.objects.filter(person=rival.manager).exists()
    assert not Person.objects.filter(active=False).exists()


@pytest.mark.parametrize("call", ["invite(%s, gen_random_uuid(), '\\x00', '1 hour')", "block(%s)"])
def test_the_database_refuses_whoever_does_not_look_after_the_person(staff: Centre, rival: Rival, call: str) -> None:
    tokens = {**staff.tokens, "manager": rival.manager_token, "operator": rival.call_token, "nobody": ""}
    of_admin = staff.people["admin"].pk

    for job, token in tokens.items():
        with as_role("web", token=token), connections["default"].cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM app.{call}", [of_admin])
            done = cursor.fetchone()[0]
        assert done == (1 if job == "admin" and "invite" in call else 0), job
    assert Person.objects.get(job="admin").active


def test_an_accountant_sees_no_people(staff: Centre) -> None:
    client = browser(staff.tokens["accountant"])

    assert client.get("/centre/callcenter/person/").status_code == 403
    assert "/callcenter/person/" not in client.get("/centre/").content.decode()
    for act in ("invite", "block", "unblock"):
        assert client.post(f"/centre/callcenter/person/{staff.stranger.person.pk}/{act}/").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"login": "Вера"}, "login", "“вера” is no login: use 3 to 60 small Latin letters"),
        ({"login": "stranger"}, "login", "“stranger” is somebody's login already"),
        ({"job": "manager"}, "service", "A service manager needs a service"),
        ({"job": "boss"}, "job", "boss is not one of the available choices"),
        ({"name": ""}, "name", "required"),
    ],
)
def test_a_wrong_field_of_a_person_says_its_value_and_rule(
    staff: Centre, changes: dict[str, str], field: str, said: str
) -> None:
    page = browser(staff.tokens["admin"]).post("/centre/callcenter/person/add/", typed(**changes))

    assert said in errors(page)[field][0]
    assert not Person.objects.filter(name="Вера П.").exists()
    assert field == "name" or "Вера П." in page.content.decode()


def test_a_supervisor_can_make_no_administrator(staff: Centre) -> None:
    page = browser(staff.tokens["supervisor"]).post("/centre/callcenter/person/add/", typed(job="admin"))

    assert "admin is not one of the available choices" in errors(page)["job"][0]
    assert not Person.objects.filter(login="vera").exists()


def test_job_and_service_stay_as_they_were_made(staff: Centre, rival: Rival) -> None:
    answer = browser(staff.tokens["admin"]).post(
        f"/centre/callcenter/person/{rival.manager.pk}/change/", typed(job="admin", service="")
    )

    assert answer.status_code == 302
    rival.manager.refresh_from_db()
    assert (rival.manager.name, rival.manager.job, rival.manager.service) == ("Вера П.", "manager", rival.service)


def test_the_page_of_a_person_says_where_things_stand(staff: Centre, rival: Rival) -> None:
    client = browser(staff.tokens["supervisor"])

    shown = seen(within_limit(client, f"/centre/callcenter/person/{rival.desk.person.pk}/change/"))
    assert f"{rival.service.name} until" in shown
    assert "workplace 101" in shown
    lonely = make_desk(make_person("lonely"), "777").person
    assert "no call can reach this operator" in seen(client.get(f"/centre/callcenter/person/{lonely.pk}/change/"))
    states = seen(within_limit(client, "/centre/callcenter/person/"))
    assert "can log in" in states
    assert "invited" in states
