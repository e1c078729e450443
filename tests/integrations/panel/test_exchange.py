"""Exchanges in the panel: keys go in and never come out."""

import pytest

from callcenter.models import AuditEntry
from integrations.models import Exchange
from tests.factories import EXCHANGE_SECRET, Centre
from tests.integrations.panel.cast import EXCHANGES
from tests.panels import browser, errors, seen, within_limit

pytestmark = pytest.mark.django_db(databases="__all__")


def test_keys_of_an_exchange_go_in_two_at_a_time_and_never_come_out(staff: Centre) -> None:
    admin, exchange = browser(staff.tokens["admin"]), staff.exchange
    path, new = f"{EXCHANGES}{exchange.pk}/change/", "n" * 24

    assert admin.post(path, {"adapter": "webhook", "active": "on", "key": new}).status_code == 302
    assert Exchange.objects.get().keys().secrets == (new, EXCHANGE_SECRET)
    newer = "m" * 24
    admin.post(path, {"adapter": "webhook", "active": "on", "key": newer})
    assert Exchange.objects.get().keys().secrets == (newer, new)
    page = within_limit(admin, path)
    assert "Two keys are valid" in seen(page)
    assert not {new, newer, EXCHANGE_SECRET} & set(page.content.decode().split('"'))

    ended = f"{EXCHANGES}{exchange.pk}/end-old-key/"
    assert admin.get(ended).status_code == 200
    assert admin.post(ended).status_code == 303
    assert Exchange.objects.get().keys().secrets == (newer,)
    assert admin.post(ended).status_code == 404
    actions = AuditEntry.objects.filter(actor=str(staff.people["admin"].pk)).values_list("action", flat=True)
    assert set(actions) == {"exchange.changed", "exchange.old_key_ended"}


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"key": ""}, "key", "Without a key nothing that the exchange sends is believed"),
        ({"key": "short"}, "key", "The key has 5 characters: 24 to 200 are possible"),
        ({"name": "наша АТС"}, "name", "slug"),
        ({"name": "pbx"}, "name", "already exists"),
        ({"adapter": "pigeon"}, "adapter", "pigeon is not one of the available choices"),
    ],
)
def test_a_wrong_field_of_an_exchange_is_refused(staff: Centre, changes: dict[str, str], field: str, said: str) -> None:
    page = browser(staff.tokens["admin"]).post(
        f"{EXCHANGES}add/", {"name": "second", "adapter": "webhook", "active": "on", "key": "k" * 24, **changes}
    )

    assert said in errors(page)[field][0]
    assert Exchange.objects.count() == 1


def test_a_new_exchange_is_believed_with_its_key(staff: Centre) -> None:
    browser(staff.tokens["admin"]).post(
        f"{EXCHANGES}add/", {"name": "second", "adapter": "webhook", "active": "on", "key": "k" * 24}
    )

    assert Exchange.objects.get(name="second").keys().secrets == ("k" * 24,)


# --- orders outlast every trouble
