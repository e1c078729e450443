"""The panels: who gets in, what the navigation shows, and what keeps a right alive."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy

from callcenter.cookies import GRANT_COOKIE, hashed
from callcenter.models import Grant, Person, TaxiService
from callcenter.panel import PanelAdmin, Section, service
from callcenter.panel.holder import Holder
from callcenter.panel.site import PanelSite
from callcenter.urls import urlpatterns as project_urls
from tests.factories import Rival, make_rival

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def rival() -> Rival:
    return make_rival(0)


def holder(job: str, *, own: UUID | None = None, minutes: int = 120) -> Client:
    """A browser that holds the right of somebody with this job."""
    person = Person.objects.create(login=f"{job}-holder", name=f"Some {job}", job=job, service_id=own)
    now = timezone.now()
    Grant.objects.create(
        kind="tenant" if own else "staff",
        service_id=own,
        person=person,
        token_hash=hashed(f"{job}-token"),
        opened_at=now,
        expires_at=now + timedelta(minutes=minutes),
        hard_expires_at=now + timedelta(hours=12),
    )
    browser = Client()
    browser.cookies[GRANT_COOKIE] = f"{job}-token"
    return browser


def test_nobody_is_sent_to_the_login_page_and_back_to_where_they_wanted_to_go() -> None:
    answer = Client().get("/centre/")

    assert answer.status_code == 302
    there = Client().get(answer["Location"])
    assert there["Location"] == "/login/?next=%2Fcentre%2F"
    assert b'name="next" value="/centre/"' in Client().get(there["Location"]).content


def test_a_page_elsewhere_is_no_place_to_go_after_the_login() -> None:
    page = Client().get("/login/?next=https://elsewhere.example/")

    assert b"elsewhere" not in page.content


@pytest.mark.parametrize(
    ("job", "path"), [("supervisor", "/centre/"), ("accountant", "/centre/"), ("admin", "/centre/")]
)
def test_staff_enter_the_centre_and_find_no_panel_of_a_service(job: str, path: str) -> None:
    browser = holder(job)

    assert browser.get(path, follow=True).status_code == 200
    assert browser.get("/service/").status_code == 404


def test_a_manager_enters_the_own_service_and_finds_no_centre(rival: Rival) -> None:
    browser = holder("manager", own=rival.service.pk)

    page = browser.get("/service/")

    assert page.status_code == 200
    assert rival.service.name in page.content.decode()
    assert browser.get("/centre/").status_code == 404


def test_a_dismissed_person_is_out_at_the_next_page() -> None:
    browser = holder("admin")
    Person.objects.filter(job="admin").update(active=False)

    assert browser.get("/centre/").status_code == 302


@pytest.mark.parametrize(("headers", "prolonged"), [({}, True), ({"X-Poll": "1"}, False)])
def test_a_page_opened_by_hand_keeps_the_right_alive_and_a_poll_does_not(
    headers: dict[str, str], prolonged: bool
) -> None:
    browser = holder("admin", minutes=30)

    browser.get("/centre/", headers=headers)

    left = Grant.objects.get().expires_at - timezone.now()
    assert (left > timedelta(minutes=100)) is prolonged


def test_the_hard_limit_is_never_passed() -> None:
    browser = holder("admin", minutes=10)
    limit = timezone.now() + timedelta(minutes=20)
    Grant.objects.update(hard_expires_at=limit)

    browser.get("/centre/")

    assert Grant.objects.get().expires_at == limit


def money(request: HttpRequest) -> HttpResponse:
    """A page of the panel's own, for accountants."""
    return render(request, "admin/index.html", probe.each_context(request))


probe = PanelSite("probe", gettext_lazy("Contact centre"), ("accountant", "supervisor"))
probe.page("proof/", money, name="proof", label="Proof of money", section=Section.MONEY, jobs=("accountant",))
urlpatterns = [path("probe/", probe.urls), *project_urls]


@pytest.mark.urls(__name__)
def test_a_page_is_shown_to_the_jobs_it_names_and_to_nobody_else() -> None:
    accountant, supervisor = holder("accountant"), holder("supervisor")

    assert "Proof of money" in accountant.get("/probe/proof/").content.decode()
    assert supervisor.get("/probe/proof/").status_code == 404
    assert "Proof of money" not in supervisor.get("/probe/").content.decode()


def _held(job: str) -> object:
    return Holder(UUID(int=1), "x", job, UUID(int=2))


def test_rights_are_what_the_table_of_the_job_says() -> None:
    class Services(PanelAdmin):
        rights = {"admin": "view add change", "supervisor": "view"}

    admin, request = Services(TaxiService, service), HttpRequest()
    for job, expected in (("admin", "view add change"), ("supervisor", "view"), ("accountant", "")):
        request.user = _held(job)  # type: ignore[assignment]
        asked = {
            "view": admin.has_view_permission(request),
            "add": admin.has_add_permission(request),
            "change": admin.has_change_permission(request),
            "delete": admin.has_delete_permission(request),
        }
        assert [right for right, given in asked.items() if given] == expected.split()
