"""Logging in: what a password opens, and what a wrong one says."""

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client

from callcenter.cookies import GRANT_COOKIE, SEAT_COOKIE, hashed
from callcenter.models import AuditEntry, Credential, Grant, Person, Seat, TaxiService, Workplace
from callcenter.tenancy.rules import SWITCH
from callcenter.tenancy.unit import unit
from orders.models import Call
from tests.orders.cast import cast, ring_and_answer

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)  # logging in has a connection of its own
PASSWORD = "correct horse"


def person(
    login: str = "anna", *, job: str = "operator", place: str | None = "114", service: TaxiService | None = None
) -> Person:
    """Somebody with a password, at a usual workplace if one is given."""
    desk = Workplace.objects.get_or_create(extension=place, defaults={"name": place})[0] if place else None
    made = Person.objects.create(login=login, name=login.title(), job=job, usual_workplace=desk, service=service)
    Credential.objects.create(person=made, password=make_password(PASSWORD))
    return made


def log_in(
    login: str = "anna", password: str = PASSWORD, workplace: str = "", *, client: Client | None = None
) -> Client:
    browser = client or Client()
    browser.answer = browser.post("/login/", {"login": login, "password": password, "workplace": workplace})  # type: ignore[attr-defined]
    return browser


def test_an_operator_gets_a_seat_whose_secret_the_database_does_not_know() -> None:
    anna = person()

    secret = log_in().cookies[SEAT_COOKIE].value

    seat = Seat.objects.get()
    assert (seat.person_id, seat.workplace.extension, seat.state) == (anna.pk, "114", "off")
    assert bytes(seat.secret_hash) == hashed(secret)
    assert not Grant.objects.exists()


def test_the_cookie_is_for_this_site_alone_and_no_script() -> None:
    person()

    cookie = log_in().cookies[SEAT_COOKIE]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Strict", "/", "")
    assert cookie["max-age"] == ""


def test_a_manager_gets_a_right_to_the_own_service_and_no_seat() -> None:
    service = cast().service
    Seat.objects.all().delete()
    person("olga", job="manager", place=None, service=service)

    token = log_in("olga").cookies[GRANT_COOKIE].value

    grant = Grant.objects.get()
    assert (grant.kind, grant.service_id, bytes(grant.token_hash or b"")) == ("tenant", service.pk, hashed(token))
    assert not Seat.objects.exists()


def test_a_wrong_password_and_an_unknown_login_say_the_same_and_leave_a_line() -> None:
    person()

    pages = [log_in(password="wrong"), log_in("nobody")]

    texts = {page.answer.content.decode().split('role="alert"')[1].split("</p>")[0] for page in pages}  # type: ignore[attr-defined]
    assert len(texts) == 1
    assert AuditEntry.objects.filter(action="login.refused").count() == 2
    assert not Seat.objects.exists()


def test_a_person_who_left_cannot_log_in() -> None:
    person()
    Person.objects.update(active=False)

    assert SEAT_COOKIE not in log_in().cookies


def test_a_workplace_that_does_not_exist_is_named() -> None:
    person()

    assert "999" in log_in(workplace="999").answer.content.decode()  # type: ignore[attr-defined]


def test_a_second_login_closes_the_first_seat_and_says_why() -> None:
    person()
    first, second = log_in(), log_in()

    assert [seat.close_reason for seat in Seat.objects.order_by("opened_at", "id")] == ["replaced", ""]
    assert first.get("/").status_code == 302
    assert second.get("/").status_code == 200


def test_another_person_at_the_same_workplace_takes_the_seat() -> None:
    person()
    person("boris")
    log_in()
    log_in("boris")

    assert Seat.objects.get(closed_at__isnull=True).person.login == "boris"


def test_a_crashed_browser_finds_its_live_call_again() -> None:
    komet = cast()
    Credential.objects.create(person=komet.seat.person, password=make_password(PASSWORD))
    with unit(SWITCH):
        ring_and_answer()

    again = log_in(komet.seat.person.login)

    call = Call.objects.get()
    assert call.seat_id == Seat.objects.get(closed_at__isnull=True).pk
    assert again.post(f"/calls/{call.pk}/redeem", "{}", content_type="application/json").status_code == 200


def test_logging_out_ends_every_right() -> None:
    komet = cast()
    browser = Client()
    browser.cookies[SEAT_COOKIE] = komet.secret
    with unit(SWITCH):
        ring_and_answer()

    browser.post("/logout/")

    assert Seat.objects.get().close_reason == "logout"
    assert not Grant.objects.filter(closed_at__isnull=True).exists()
    assert browser.get("/").status_code == 302


def test_a_command_without_the_page_s_token_is_refused() -> None:
    komet = cast()
    browser = Client(enforce_csrf_checks=True)
    browser.cookies[SEAT_COOKIE] = komet.secret

    answer = browser.post("/seat/state", '{"state": "break"}', content_type="application/json")

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf")
    assert Seat.objects.get().state == "ready"


def test_only_the_login_role_reads_password_hashes() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles r WHERE rolname LIKE 'cc_%' "
            "AND has_table_privilege(r.oid, 'callcenter_credential', 'SELECT')"
        )
        assert {row[0] for row in cursor.fetchall()} == {"cc_auth", "cc_migrate"}


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_choosing_a_language_never_leads_elsewhere(target: str) -> None:
    answer = Client().post("/language/", {"language": "en", "next": target})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert Client().post("/language/", {"language": "en", "next": "/login/"}).cookies["language"].value == "en"


def asked_by_a_script(browser: Client, **form: str) -> Client:
    wanted = {"accept": "application/json"}
    browser.answer = browser.post("/login/", form, headers=wanted) if form else browser.get("/login/", headers=wanted)  # type: ignore[attr-defined]
    return browser


def test_a_page_that_must_not_be_left_logs_in_by_script() -> None:
    person()
    browser = Client(enforce_csrf_checks=True)

    token = asked_by_a_script(browser).answer.json()["csrf"]  # type: ignore[attr-defined]
    done = asked_by_a_script(browser, login="anna", password=PASSWORD, csrfmiddlewaretoken=token).answer  # type: ignore[attr-defined]

    assert (done.status_code, done.json()) == (200, {"next": "/"})
    assert Seat.objects.filter(secret_hash=hashed(browser.cookies[SEAT_COOKIE].value)).exists()


def test_a_script_is_told_what_was_wrong() -> None:
    person()

    wrong = asked_by_a_script(Client(), login="anna", password="wrong").answer  # type: ignore[attr-defined]
    empty = asked_by_a_script(Client(), login="anna", password="").answer  # type: ignore[attr-defined]

    assert (wrong.status_code, wrong.json()["error"]["sentence"][:9]) == (422, "Логин или")
    assert (empty.status_code, list(empty.json()["error"]["fields"])) == (422, ["password"])
    assert not Seat.objects.exists()
