"""Calls, orders and deliveries in the panels: whose they are, what they do not show, and what a person decides."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from callcenter.cookies import GRANT_COOKIE
from callcenter.models import AuditEntry, Grant, TaxiService
from callcenter.panel.paging import CappedPaginator
from orders.models import Call, Delivery, Order, OrderSecret
from tests.factories import Centre, Rival, make_centre, make_rivals
from tests.panels import seen

pytestmark = pytest.mark.django_db(databases="__all__")
LISTS = ("call", "order", "delivery")


@pytest.fixture
def rivals() -> list[Rival]:
    return make_rivals(2)


@pytest.fixture
def centre(rivals: list[Rival]) -> Centre:
    return make_centre()


def browser(token: str) -> Client:
    client = Client()
    client.cookies[GRANT_COOKIE] = token
    return client


@pytest.fixture
def supervisor(centre: Centre) -> Client:
    return browser(centre.tokens["supervisor"])


@pytest.fixture
def stuck(rivals: list[Rival]) -> Delivery:
    """An order of the first service whose outcome nobody could tell."""
    order = Order.objects.filter(service=rivals[0].service).exclude(state="accepted").first()
    assert order is not None
    Order.objects.filter(pk=order.pk).update(state="unknown", phrase="x")
    Delivery.objects.filter(order=order).update(state="review", sends=2, searches=3)
    return Delivery.objects.get(order=order)


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    rang: list[int] = []
    monkeypatch.setattr("orders.actions.decide.wake_engine", lambda: rang.append(1))
    return rang


@pytest.mark.parametrize("name", LISTS)
def test_a_manager_sees_the_own_rows_and_none_of_the_rival(rivals: list[Rival], name: str) -> None:
    page = browser(rivals[0].manager_token).get(f"/service/orders/{name}/").content.decode()

    for rival in rivals[1:]:
        assert rival.mark not in page
        assert str(rival.answered.pk) not in page


@pytest.mark.parametrize("name", LISTS)
def test_a_row_of_the_rival_is_as_absent_as_one_that_never_was(rivals: list[Rival], name: str) -> None:
    manager = browser(rivals[0].manager_token)
    model: Any = {"call": type(rivals[1].answered), "order": Order, "delivery": Delivery}[name]
    foreign = model.objects.filter(service=rivals[1].service).first()
    assert foreign is not None

    answers = [
        manager.get(f"/service/orders/{name}/{key}/change/", follow=True)
        for key in (foreign.pk, "01a20815-d8e0-763b-a31a-4e25c2cf2845")
    ]
    assert rivals[1].mark not in answers[0].content.decode()
    assert answers[0].redirect_chain == answers[1].redirect_chain
    assert answers[0].status_code == answers[1].status_code


@pytest.mark.parametrize("name", LISTS)
def test_the_supervisor_sees_all_services_and_nothing_that_was_said(
    supervisor: Client, rivals: list[Rival], name: str
) -> None:
    page = supervisor.get(f"/centre/orders/{name}/").content.decode()

    for rival in rivals:
        assert rival.service.name in page
        assert f"{rival.mark}-SECRET" not in page
        assert rival.phone not in page


def test_an_accountant_finds_no_calls(centre: Centre) -> None:
    accountant = browser(centre.tokens["accountant"])

    assert {accountant.get(f"/centre/orders/{name}/").status_code for name in LISTS} == {403}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_few_queries(supervisor: Client, name: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert supervisor.get(f"/centre/orders/{name}/").status_code == 200

    assert len(asked) <= 30


def test_the_tries_of_a_delivery_are_told_in_sentences(supervisor: Client, stuck: Delivery) -> None:
    page = supervisor.get(f"/centre/orders/delivery/{stuck.pk}/change/", headers={"Accept-Language": "en"})

    assert page.status_code == 200
    assert "The answer could not be understood." in page.content.decode()


def decide(client: Client, delivery: Delivery, verdict: str, **more: str) -> int:
    return int(client.post(f"/centre/orders/delivery/{delivery.pk}/decide/{verdict}/", more).status_code)


def test_look_again_gives_the_order_back_to_the_engine_which_looks_before_it_sends(
    supervisor: Client, stuck: Delivery, woken: list[int], django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert decide(supervisor, stuck, "again") == 303

    again = Delivery.objects.select_related("order").get(pk=stuck.pk)
    assert (again.state, again.order.state, again.sends, again.searches) == ("unknown", "unknown", 1, 0)
    assert timezone.now() + timedelta(minutes=2) < again.expires_at
    assert woken == [1]
    assert AuditEntry.objects.filter(action="delivery.again", service=stuck.service_id).exists()


def test_what_never_left_is_sent_once_more(supervisor: Client, stuck: Delivery) -> None:
    Delivery.objects.filter(pk=stuck.pk).update(state="expired", sends=0)
    Order.objects.filter(pk=stuck.order_id).update(state="expired")

    decide(supervisor, stuck, "again")

    again = Delivery.objects.select_related("order").get(pk=stuck.pk)
    assert (again.state, again.order.state) == ("pending", "queued")


def test_an_order_that_is_there_counts_and_closes_the_call(supervisor: Client, stuck: Delivery) -> None:
    assert decide(supervisor, stuck, "there", number=" 4417 ") == 303

    order = Order.objects.get(pk=stuck.order_id)
    assert (order.state, order.number, order.accepted_at is not None) == ("accepted", "4417", True)
    assert Delivery.objects.get(pk=stuck.pk).found_by == "person"
    assert not Grant.objects.filter(kind="call", call_id=stuck.call_id, closed_at__isnull=True).exists()
    assert OrderSecret.objects.get(order=order).erase_after < timezone.now() + timedelta(days=4)


def test_without_a_number_nothing_is_there(supervisor: Client, stuck: Delivery) -> None:
    assert decide(supervisor, stuck, "there", number=" ") == 422

    assert Delivery.objects.get(pk=stuck.pk).state == "review"


def test_an_order_that_is_given_up_is_not_sent_any_more(supervisor: Client, stuck: Delivery) -> None:
    decide(supervisor, stuck, "leave")

    assert Delivery.objects.get(pk=stuck.pk).state == "expired"
    assert Order.objects.get(pk=stuck.order_id).state == "expired"


@pytest.mark.parametrize("state", ["pending", "sending", "accepted", "rejected"])
def test_what_waits_for_nobody_is_left_alone(supervisor: Client, stuck: Delivery, state: str) -> None:
    Delivery.objects.filter(pk=stuck.pk).update(state=state)

    for verdict in ("again", "there", "leave"):
        decide(supervisor, stuck, verdict, number="1")

    assert Delivery.objects.get(pk=stuck.pk).state == state
    assert not AuditEntry.objects.filter(action__startswith="delivery.").exists()


def test_a_manager_and_an_accountant_decide_nothing(rivals: list[Rival], centre: Centre, stuck: Delivery) -> None:
    for token in (rivals[0].manager_token, centre.tokens["accountant"]):
        assert decide(browser(token), stuck, "again") in (403, 404)

    assert Delivery.objects.get(pk=stuck.pk).state == "review"


def test_a_row_is_called_by_what_people_know_it_by(supervisor: Client, stuck: Delivery) -> None:
    supervisor.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    order, delivery = stuck.order, f"/centre/orders/delivery/{stuck.pk}/change/"
    by_time = seen(supervisor.get(delivery))
    Order.objects.filter(pk=order.pk).update(number="4711")

    assert "Order of 2" in by_time
    assert "Order № 4711" in seen(supervisor.get(delivery))
    assert "Order № 4711" in seen(supervisor.get(f"/centre/orders/order/{order.pk}/change/"))
    assert "Call of " in seen(supervisor.get(f"/centre/orders/call/{order.call_id}/change/"))


def test_every_moment_of_a_row_is_in_the_time_of_its_service(supervisor: Client, stuck: Delivery) -> None:
    TaxiService.objects.filter(pk=stuck.service_id).update(time_zone="Asia/Kamchatka")
    placed = datetime(2026, 3, 1, 20, 5, tzinfo=UTC)
    Order.objects.filter(pk=stuck.order_id).update(placed_at=placed)

    page = seen(supervisor.get(f"/centre/orders/order/{stuck.order_id}/change/", headers={"accept-language": "ru"}))

    assert "Заказ от 02.03.2026 08:05:00" in page
    assert "2 марта 2026, 08:05" in page


def test_a_call_says_its_scenario_in_words(supervisor: Client, stuck: Delivery) -> None:
    Call.objects.filter(pk=stuck.call_id).update(scenario_kind="night", scenario_reason="outside")

    page = seen(supervisor.get(f"/centre/orders/call/{stuck.call_id}/change/", headers={"accept-language": "en"}))

    assert "Night" in page
    assert "outside every agreed time" in page


def test_a_later_page_of_a_list_holds_the_rows_that_follow(rivals: list[Rival]) -> None:
    rows = Call.objects.select_related("line").order_by("-created_at")
    pages = CappedPaginator(rows, 2)

    shown = [list(pages.page(number)) for number in (1, 2)]

    assert shown == [list(rows[:2]), list(rows[2:4])]
    assert len(shown[1]) == 2
