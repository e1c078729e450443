"""An order outlasts the trouble of its connection and is delivered once, after the repair."""

from typing import Any

import pytest
from django.db import connection as database

from callcenter.contracts import Trouble
from callcenter.models import Person
from integrations import checks
from integrations.models import Connection, ConnectionCheck
from integrations.standing import standing
from orders.models import Attempt, Delivery, Order
from tests.factories import make_person, open_grant
from tests.integrations.delivery.program import running
from tests.integrations.delivery.scene import KEY, connect, engine, order_by_operator, settled, until
from tests.integrations.panel.cast import LIST, typed
from tests.integrations.simulators.taximaster_box import SECRET, Box
from tests.orders.cast import Cast, cast
from tests.panels import browser, errors, seen

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def komet(transactional_db: None) -> Cast:
    return cast()


def admin_of(made: Cast) -> Any:
    """The administrator's browser."""
    person = Person.objects.filter(job="admin").first() or make_person("master", job="admin")
    open_grant("master-token", person, kind="staff")
    return browser("master-token")


def kept(made: Cast, link: Connection, trouble: Trouble, *, said: str, repair: dict[str, str]) -> Order:
    """Place an order while the trouble lasts; see it wait and the panel say why; repair it in the panel; see it
    delivered once.
    """
    admin = admin_of(made)
    with engine():
        order = order_by_operator(made)
        until(lambda: Attempt.objects.filter(code=trouble.value).exists())
        page = seen(admin.get(f"{LIST}{link.pk}/standing/"))
        waits = Delivery.objects.get()
        answer = admin.post(f"{LIST}{link.pk}/change/", typed(**{"private_allowed": "on", "key": "", **repair}))
        assert answer.status_code == 303, errors(answer)
        until(settled("accepted"))
    assert said in page
    assert "nothing is lost" in page
    assert "1 order waits since" in page
    assert waits.state in ("pending", "sending")
    order.refresh_from_db()
    assert (order.state, bool(order.number)) == ("accepted", True)
    assert checks.carry_out(ConnectionCheck.objects.get().pk) == "ok"
    assert standing(link).state == "ok"
    return order


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_an_order_outlasts_a_wrong_key(komet: Cast, tm: Box) -> None:
    url, pin = tm.running.url, tm.running.fingerprint
    before = len(tm.journal())
    link = connect(komet, url, fingerprint=pin, secret="wrong")
    trust = {"base_url": url, "trust": "pinned", "fingerprint": pin, "setting_crew_group_id": ""}

    kept(komet, link, Trouble.KEY, said="The key is wrong.", repair={**trust, "key": SECRET})

    assert len(tm.journal()) == before + 1


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_an_order_outlasts_a_changed_certificate(komet: Cast, tm: Box) -> None:
    url, pin = tm.running.url, tm.running.fingerprint
    before = len(tm.journal())
    link = connect(komet, url, fingerprint="ab" * 32, secret=SECRET)
    trust = {"base_url": url, "trust": "pinned", "fingerprint": pin, "setting_crew_group_id": ""}

    kept(komet, link, Trouble.CERTIFICATE_CHANGED, said="shows another certificate than the pinned one", repair=trust)

    assert len(tm.journal()) == before + 1


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_an_order_outlasts_a_server_that_cannot_be_reached(komet: Cast) -> None:
    link = connect(komet, "http://127.0.0.1:9")
    with running() as program:
        repair = {"base_url": program.url, "setting_crew_group_id": ""}

        kept(komet, link, Trouble.UNREACHABLE, said="The server cannot be reached.", repair=repair)

        assert len(program.orders) == 1


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_no_key_stands_in_the_database_in_clear(komet: Cast) -> None:
    connect(komet, "https://tm.example.ru", secret=KEY)

    with database.cursor() as cursor:
        cursor.execute("SELECT string_agg(c::text, '') FROM integrations_connection c")
        assert KEY not in cursor.fetchone()[0]
