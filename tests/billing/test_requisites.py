"""Numbers of companies and accounts: the right ones pass, a wrong digit is found and named."""

import pytest
from django.core.exceptions import ValidationError

from billing.requisites import check_account, check_bik, check_inn, check_kpp

BIK, ACCOUNT, CORRESPONDENT = "044525225", "40702810038000000001", "30101810400000000225"


def keyed(account: str, bik: str) -> str:
    """The account with the key that belongs to the bank."""
    for key in "0123456789":
        tried = f"{account[:8]}{key}{account[9:]}"
        try:
            check_account(tried, bik)
        except ValidationError:
            continue
        return tried
    raise AssertionError


@pytest.mark.parametrize("inn", ["7707083893", "7736050003", "500100732259"])
def test_real_numbers_pass(inn: str) -> None:
    check_inn(inn)


@pytest.mark.parametrize("position", range(10))
def test_any_one_wrong_digit_of_an_inn_is_found(position: int) -> None:
    wrong = "7707083893"
    wrong = f"{wrong[:position]}{(int(wrong[position]) + 1) % 10}{wrong[position + 1 :]}"

    with pytest.raises(ValidationError, match=r"control digits do not fit|контрольн"):
        check_inn(wrong)


@pytest.mark.parametrize("inn", ["770708389", "77070838931", "77O7083893", ""])
def test_an_inn_of_another_length_is_refused_with_its_length(inn: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        check_inn(inn)

    assert f"{len(inn)}" in refusal.value.messages[0]


def test_exactly_one_key_fits_a_bank_and_it_is_another_at_another_bank() -> None:
    own = keyed(ACCOUNT, BIK)

    with pytest.raises(ValidationError, match="044525974"):
        check_account(own, "044525974")


def test_a_correspondent_account_is_held_against_the_region() -> None:
    check_account(CORRESPONDENT, BIK, correspondent=True)

    with pytest.raises(ValidationError):
        check_account(CORRESPONDENT.replace("400", "401", 1), BIK, correspondent=True)


@pytest.mark.parametrize(
    ("check", "value"), [(check_bik, "114525225"), (check_bik, "04452522"), (check_kpp, "77A101001")]
)
def test_other_numbers_are_held_to_their_form(check: object, value: str) -> None:
    with pytest.raises(ValidationError, match=value):
        check(value)  # type: ignore[operator]
