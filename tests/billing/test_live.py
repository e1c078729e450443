"""The start pages of both panels: their figures, whose they are, and the notice to the operators."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from callcenter.cookies import GRANT_COOKIE
from callcenter.models import AuditEntry, Notice
from callcenter.panel.chart import day_of_quarters
from tests.factories import Centre, Rival, make_centre, make_rivals

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def rivals() -> list[Rival]:
    return make_rivals(2)


@pytest.fixture
def centre(rivals: list[Rival]) -> Centre:
    Notice.objects.all().delete()
    return make_centre()


def browser(token: str) -> Client:
    client = Client()
    client.cookies[GRANT_COOKIE] = token
    return client


def figures(page: str) -> list[str]:
    """The big figures of a page, in their order."""
    return re.findall(r"</dt>\s*<dd>([^<]*)</dd>", page)


def test_a_manager_begins_with_the_day_of_the_own_service(rivals: list[Rival], centre: Centre) -> None:
    page = browser(rivals[0].manager_token).get("/service/", headers={"Accept-Language": "en"}).content.decode()

    assert rivals[0].service.name in page
    assert rivals[1].mark not in page
    assert figures(page)[2] == "2"
    assert "1 accepted by your program" in page


def test_a_supervisor_begins_with_the_wallboard_of_all(rivals: list[Rival], centre: Centre) -> None:
    page = browser(centre.tokens["supervisor"]).get("/centre/").content.decode()

    for rival in rivals:
        assert rival.service.name in page
        assert f"{rival.mark}-SECRET" not in page


def test_an_accountant_begins_with_the_invoices(centre: Centre) -> None:
    answer = browser(centre.tokens["accountant"]).get("/centre/")

    assert (answer.status_code, answer["Location"]) == (302, "/centre/billing/invoice/")


@pytest.mark.parametrize(("job", "path"), [("supervisor", "/centre/"), ("manager", "/service/")])
def test_a_poll_gets_the_figures_alone_in_few_queries(rivals: list[Rival], centre: Centre, job: str, path: str) -> None:
    client = browser(centre.tokens[job] if job in centre.tokens else rivals[0].manager_token)

    with CaptureQueriesContext(connection) as asked:
        fragment = client.get(path, headers={"X-Poll": "1"})

    assert fragment.status_code == 200
    assert "<html" not in fragment.content.decode()
    assert len(asked) <= 30


def test_a_notice_is_told_replaced_and_taken_back(rivals: list[Rival], centre: Centre) -> None:
    manager = browser(rivals[0].manager_token)

    assert manager.post("/service/", {"text": "снег, ждать 40 минут", "hours": "3"}).status_code == 303
    assert "снег, ждать 40 минут" in manager.get("/service/").content.decode()
    manager.post("/service/", {"text": "ждать 20 минут", "hours": "1"})
    page = manager.get("/service/").content.decode()
    assert "ждать 20 минут" in page
    assert "снег" not in page
    manager.post("/service/", {"text": "", "hours": "1"})
    assert "ждать 20 минут" not in manager.get("/service/").content.decode()

    assert Notice.objects.filter(service=rivals[0].service).count() == 2
    assert AuditEntry.objects.filter(action="notice.taken_back", service=rivals[0].service.pk).exists()


def test_a_notice_for_too_long_is_refused_with_the_text_kept(rivals: list[Rival], centre: Centre) -> None:
    answer = browser(rivals[0].manager_token).post("/service/", {"text": "снег", "hours": "99"})

    assert answer.status_code == 422
    assert 'value="снег"' in answer.content.decode()
    assert not Notice.objects.exists()


def test_a_chart_keeps_its_bars_inside_and_its_top_above_the_most() -> None:
    chart = day_of_quarters([(0, 3), (40, 7), (95, 1), (96, 5)])

    assert len(chart.bars) == 3
    assert chart.steps[-1] == (0, "10")
    assert all(bar.x >= chart.left and bar.x + bar.width <= chart.width and bar.y >= 0 for bar in chart.bars)


def test_an_empty_day_is_a_chart_without_bars() -> None:
    assert day_of_quarters([]).bars == []
