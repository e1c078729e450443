"""Sealing for one row, and data keys."""

import logging
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import connections, models
from django.test.utils import CaptureQueriesContext
from typing_extensions import override

from callcenter.ids import uuid7
from callcenter.secrets import vault
from callcenter.secrets.box import SealBroken, Sealed, phone_hmac, seal, unseal
from callcenter.secrets.models import DataKey
from callcenter.secrets.rows import SecretRow
from callcenter.secrets.vault import KeyGone

KOMET, LUNA = UUID("018f0000-0000-7000-8000-00000000000a"), UUID("018f0000-0000-7000-8000-00000000000b")
ROW, OTHER_ROW = UUID("018f0000-0000-7000-8000-000000000001"), UUID("018f0000-0000-7000-8000-000000000002")
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
PHONE = "+79001234567"
pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Details:
    phone: str
    pickup: str


DETAILS = Details(PHONE, "Ленина, 1")


@pytest.fixture(autouse=True)
def _no_key_in_memory() -> None:
    vault.cache.clear()


def sealed(month: date = NOVEMBER, service: UUID = KOMET) -> Sealed:
    return seal(DETAILS, service=service, table="orders_ordersecret", row=ROW, month=month)


def opened(box: Sealed, *, service: UUID = KOMET, table: str = "orders_ordersecret", row: UUID = ROW) -> Details:
    return unseal(Details, box, service=service, table=table, row=row)


def test_what_was_sealed_opens_in_its_row() -> None:
    assert opened(sealed()) == DETAILS


def test_the_ciphertext_shows_nothing_and_is_never_the_same_twice() -> None:
    first, second = sealed(), sealed()

    assert first.key_id == second.key_id
    assert first.ciphertext != second.ciphertext
    for text in asdict(DETAILS).values():
        assert text.encode() not in first.ciphertext


@pytest.mark.parametrize(
    "place",
    [{"service": LUNA}, {"table": "orders_callsecret"}, {"row": OTHER_ROW}],
    ids=["other-service", "other-table", "other-row"],
)
def test_a_ciphertext_moved_elsewhere_opens_nowhere(place: dict[str, object]) -> None:
    box = sealed()

    with pytest.raises(SealBroken, match="does not open: it was altered or moved"):
        opened(box, **place)  # type: ignore[arg-type]


@pytest.mark.parametrize("position", [0, 11, 12, -1])
def test_one_altered_byte_breaks_the_seal(position: int) -> None:
    box = sealed()
    altered = bytearray(box.ciphertext)
    altered[position] ^= 1

    with pytest.raises(SealBroken):
        opened(replace(box, ciphertext=bytes(altered)))


@pytest.mark.parametrize("length", [0, 5, 12, 20])
def test_a_shortened_ciphertext_breaks_the_seal(length: int) -> None:
    box = sealed()

    with pytest.raises(SealBroken):
        opened(replace(box, ciphertext=box.ciphertext[:length]))


def test_no_error_shows_the_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    box = sealed()

    with pytest.raises(SealBroken) as refused:
        opened(box, row=OTHER_ROW)

    assert str(refused.value) == f"The secret of orders_ordersecret {OTHER_ROW} does not open: it was altered or moved."
    assert PHONE not in caplog.text
    assert "Ленина" not in caplog.text


def test_every_service_and_month_has_a_key_of_its_own_and_keeps_it() -> None:
    boxes = [sealed(month, service) for service in (KOMET, LUNA) for month in (NOVEMBER, DECEMBER)]

    assert len({box.key_id for box in boxes}) == 4
    assert sealed(DECEMBER, LUNA).key_id == boxes[3].key_id
    assert DataKey.objects.count() == 4


def test_the_key_of_a_config_has_no_month() -> None:
    box = seal(DETAILS, service=None, table="integrations_exchange", row=ROW, purpose=vault.CONFIG)

    assert unseal(Details, box, service=None, table="integrations_exchange", row=ROW) == DETAILS
    key = DataKey.objects.get()
    assert (key.service, key.purpose, key.month) == (None, "config", None)


@pytest.mark.parametrize(
    ("purpose", "month"),
    [("payload", None), ("payload", date(2026, 11, 2)), ("config", NOVEMBER), ("phone", NOVEMBER)],
)
def test_a_key_that_could_never_be_destroyed_is_not_made(purpose: str, month: date | None) -> None:
    with pytest.raises(ValueError, match="payload keys need the first day of a month, others none"):
        seal(DETAILS, service=KOMET, table="orders_ordersecret", row=ROW, purpose=purpose, month=month)

    assert DataKey.objects.count() == 0


def test_a_key_is_read_once_a_minute_and_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1_000.0]
    monkeypatch.setattr(vault, "monotonic", lambda: clock[0])
    monkeypatch.setattr(vault, "CACHE_SIZE", 3)

    def statements() -> int:
        with CaptureQueriesContext(connections["keys"]) as queries:
            vault.current(KOMET, vault.PAYLOAD, NOVEMBER)
        return len(queries)

    asked = [statements(), statements()]
    clock[0] += 59.9
    asked.append(statements())
    clock[0] += 0.2
    asked += [statements(), statements()]
    vault.current(LUNA, vault.PAYLOAD, NOVEMBER)
    vault.current(LUNA, vault.PAYLOAD, DECEMBER)
    asked.append(statements())
    vault.current(LUNA, vault.PHONE)
    asked.append(statements())
    vault.current(LUNA, vault.CONFIG)
    for month in (1, 2, 3):
        vault.current(LUNA, vault.PAYLOAD, date(2026, month, 1))
    asked.append(statements())

    assert asked == [1, 0, 0, 1, 0, 0, 0, 1]


class Row(SecretRow):
    """A side table as the apps above have them."""

    id = models.UUIDField(primary_key=True)
    service_id = models.UUIDField()

    class Meta:
        app_label = "tests"
        managed = False
        db_table = "tests_row"

    @override
    def __str__(self) -> str:
        return str(self.id)


def test_a_row_gives_back_what_was_put_into_it_sealed_with_the_key_of_the_present_month() -> None:
    row = Row(id=ROW, service_id=KOMET)

    row.put(DETAILS)

    assert row.get(Details) == DETAILS
    assert row.key_id is not None
    key = DataKey.objects.get(pk=row.key_id)
    assert (key.service, key.purpose, key.month) == (KOMET, "payload", datetime.now(UTC).date().replace(day=1))


def test_an_erased_row_says_so() -> None:
    row = Row(id=ROW, service_id=KOMET)
    row.put(DETAILS)
    row.ciphertext = None

    with pytest.raises(ValueError, match=f"The secret of tests_row {ROW} has been erased."):
        row.get(Details)


def test_a_secret_copied_into_another_row_does_not_open() -> None:
    row, other = Row(id=ROW, service_id=KOMET), Row(id=OTHER_ROW, service_id=KOMET)
    row.put(DETAILS)
    other.key_id, other.ciphertext = row.key_id, row.ciphertext

    with pytest.raises(SealBroken):
        other.get(Details)


def test_equal_phones_are_found_within_a_service_and_never_across() -> None:
    prints = [phone_hmac(KOMET, PHONE), phone_hmac(KOMET, PHONE), phone_hmac(KOMET, "+79001234568")]

    assert prints[0] == prints[1]
    assert len({*prints, phone_hmac(LUNA, PHONE)}) == 3
    assert [len(item) for item in prints] == [32, 32, 32]


def test_a_key_that_never_was_is_gone() -> None:
    with pytest.raises(KeyGone, match="what it sealed has been erased"):
        opened(Sealed(uuid7(), b"x" * 40))
