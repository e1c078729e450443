"""The nightly erasure: what is due is emptied, counted per service, and its month key destroyed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from callcenter.models import AuditEntry
from callcenter.secrets.models import DataKey
from callcenter.tenancy.rules import SWITCH
from callcenter.tenancy.unit import unit
from orders.actions import erase
from orders.models import CallSecret
from orders.tasks import erase_due
from tests.orders.cast import Cast, cast, ring_and_answer

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def komet() -> Cast:
    made = cast()
    for name in ("c1", "c2", "c3"):
        with unit(SWITCH):
            ring_and_answer(call=name)
    return made


def make_due(count: int) -> None:
    keys = CallSecret.objects.order_by("id").values_list("pk", flat=True)[:count]
    CallSecret.objects.filter(pk__in=list(keys)).update(erase_after=timezone.now() - timedelta(seconds=1))


def test_due_secrets_are_emptied_and_the_others_are_not(komet: Cast) -> None:
    make_due(2)

    assert erase_due() == 2
    assert CallSecret.objects.filter(ciphertext__isnull=True, erased_at__isnull=False).count() == 2
    assert CallSecret.objects.filter(ciphertext__isnull=False, erased_at__isnull=True).count() == 1


def test_every_service_s_trail_says_how_many(komet: Cast) -> None:
    make_due(2)
    erase_due()

    entry = AuditEntry.objects.get(action="secrets.erased")
    assert (entry.service, entry.detail) == (komet.service.pk, {"table": "orders_callsecret", "count": 2})


def test_a_second_run_erases_nothing_more(komet: Cast) -> None:
    make_due(3)

    assert (erase_due(), erase_due()) == (3, 0)
    assert AuditEntry.objects.filter(action="secrets.erased").count() == 1


def test_more_than_one_batch_is_erased_in_one_run(komet: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erase, "BATCH", 2)
    make_due(3)

    assert erase_due() == 3


def test_a_finished_month_s_key_is_destroyed_once_nothing_needs_it(komet: Cast) -> None:
    last_month = datetime.now(UTC).date().replace(day=1) - timedelta(days=1)
    DataKey.objects.filter(purpose="payload").update(month=last_month.replace(day=1))
    make_due(2)
    erase_due()
    needed = DataKey.objects.get(purpose="payload").destroyed_at
    make_due(3)
    erase_due()

    key = DataKey.objects.get(purpose="payload")
    assert needed is None
    assert (key.wrapped, key.destroyed_at is not None) == (None, True)
