"""What a check brings home from a program in order: its lists to choose from, and which of its requests are ours."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from callcenter.models import TaxiService
from integrations import checks
from integrations.models import Connection, ConnectionCheck
from tests.factories import Centre
from tests.integrations.panel.cast import LIST, linked, typed
from tests.integrations.simulators.taximaster_box import Box, simulated
from tests.panels import browser, errors, seen

pytestmark = pytest.mark.django_db(databases="__all__")


def checked(service: TaxiService, box: Box) -> Connection:
    """A connection that has been found in order."""
    Connection.objects.filter(service=service).update(active=False)
    link = linked(service, box.running.url, fingerprint=box.running.fingerprint)
    assert checks.carry_out(checks.ask_for(link).pk) == "ok"
    return link


def test_numbers_of_the_program_are_chosen_by_their_names(staff: Centre, service: TaxiService, tm: Box) -> None:
    link = checked(service, tm)
    client = browser(staff.tokens["admin"])

    page = client.get(f"{LIST}{link.pk}/change/").content.decode()

    assert '<option value="2">Контактный центр (2)</option>' in page
    assert '<option value="31">Прекращён контактным центром (31)</option>' in page
    written = typed(private_allowed="on", key="", base_url=link.base_url, trust="pinned", fingerprint=link.fingerprint)
    answer = client.post(f"{LIST}{link.pk}/change/", {**written, "setting_crew_group_id": "2"})
    assert answer.status_code == 303, errors(answer)
    link.refresh_from_db()
    assert link.stored["crew_group_id"] == 2


def test_a_number_that_has_gone_from_the_list_stays_to_be_seen(staff: Centre, service: TaxiService, tm: Box) -> None:
    link = checked(service, tm)
    Connection.objects.filter(pk=link.pk).update(stored={**link.stored, "tariff_id": 77})

    page = browser(staff.tokens["admin"]).get(f"{LIST}{link.pk}/change/").content.decode()

    assert '<option value="77" selected>77: not in the program&#x27;s list</option>' in page


def test_what_the_program_does_not_allow_is_named_and_orders_pass_all_the_same(
    staff: Centre, service: TaxiService, tmp_path: Path
) -> None:
    few = frozenset({"get_crew_groups_list", "create_order2", "get_order_state", "get_current_orders"})
    with simulated(tmp_path, users={"7": few}) as box:
        link = linked(service, box.running.url, fingerprint=box.running.fingerprint)
        Connection.objects.filter(service=service).exclude(pk=link.pk).update(active=False)
        Connection.objects.filter(pk=link.pk).update(stored={**link.stored, "user_id": 7})
        checks.carry_out(checks.ask_for(link).pk)

    page = seen(browser(staff.tokens["admin"]).get(f"{LIST}{link.pk}/standing/"))
    assert "In order: the program answers and takes our key." in page
    assert "update_order : not allowed" in page
    assert "create_order2" not in page


def test_a_program_that_only_takes_orders_is_in_order(service: TaxiService, tm: Box) -> None:
    link = checked(service, tm)
    check = ConnectionCheck.objects.get(connection=link)
    ConnectionCheck.objects.update(asked_at=timezone.now() - timedelta(hours=21))
    tm.break_by("garbage", request="get_tariffs_list")
    try:
        again = checks.carry_out(checks.ask_for(link).pk)
    finally:
        tm.break_by(None)

    newest = ConnectionCheck.objects.filter(connection=link).order_by("-asked_at")[0]
    assert (check.state, again, check.abilities["create_order2"]) == ("ok", "ok", "present")
    assert "tariff_id" not in newest.offered
    assert "crew_group_id" in newest.offered


def test_a_program_that_gives_everything_is_looked_around_in_once_a_day(service: TaxiService, tm: Box) -> None:
    link = checked(service, tm)
    done = ConnectionCheck.objects.filter(connection=link)
    done.update(asked_at=timezone.now() - timedelta(hours=2))

    checks.carry_out(checks.ask_for(link).pk)
    assert done.exclude(abilities={}).count() == 1
    done.update(asked_at=timezone.now() - timedelta(hours=21))
    checks.carry_out(checks.ask_for(link).pk)

    assert done.exclude(abilities={}).count() == 2
