"""What a contract is refused for, in sentences."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from billing.models import Contract
from tests.billing.cast import add_contract, make_contract

pytestmark = pytest.mark.django_db


def refused(contract: Contract) -> str:
    """The sentences with which the contract is refused."""
    with translation.override("en"):
        with pytest.raises(ValidationError) as error:
            contract.full_clean()
        return " ".join(error.value.messages)


def test_a_tariff_that_is_not_sold_is_named_beside_those_that_are(contract: Contract) -> None:
    contract.tariff_code = "PACKAGE-2000"

    assert refused(contract) == (
        "“PACKAGE-2000” is no tariff: use one of PACKAGE-1000, PACKAGE-3000, PACKAGE-5000, PACKAGE-10000, "
        "PER-ORDER-A, PER-ORDER-B."
    )


def test_a_contract_that_ends_before_it_starts_is_refused(contract: Contract) -> None:
    contract.ends_on = date(2025, 12, 31)

    assert refused(contract) == "The contract ends before it starts: its last day is its first day or a later one."


@pytest.mark.parametrize("series", ["К М", "К/1", "К\n"])
def test_a_series_with_signs_is_refused(contract: Contract, series: str) -> None:
    contract.series = series

    assert refused(contract).endswith("is no series: write up to ten letters and digits, without spaces or signs.")


@pytest.mark.parametrize(
    ("starts", "ends"),
    [("2026-05-01", None), ("2026-06-30", "2026-07-31"), ("2026-01-01", "2026-05-01"), ("2026-05-31", "2026-05-31")],
)
def test_days_of_another_contract_of_the_service_are_refused_by_its_number(
    db: None, starts: str, ends: str | None
) -> None:
    held = make_contract(starts="2026-05-01", ends="2026-06-30")
    other = Contract(
        service=held.service,
        number="2",
        series="Б",
        tariff_code="PER-ORDER-A",
        starts_on=date.fromisoformat(starts),
        ends_on=date.fromisoformat(ends) if ends else None,
    )

    assert refused(other) == (f"These days belong to contract {held.number} of the same service: end that one first.")


def test_days_beside_another_contract_and_those_of_a_rival_are_free(db: None) -> None:
    held = make_contract(starts="2026-05-01", ends="2026-06-30")
    make_contract(name="Луна", number="+74951230011", starts="2026-01-01")

    for contract in (held, add_contract(held.service, series="Б", starts="2026-07-01")):
        contract.full_clean()


def test_a_contract_without_a_first_day_is_refused_for_that(contract: Contract) -> None:
    contract.starts_on = None  # type: ignore[assignment]

    assert refused(contract) == "This field cannot be null."
