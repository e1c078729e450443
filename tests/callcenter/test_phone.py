"""What exchanges send as a number, and what people get to see of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.phone import mask, normalise, speakable


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("+79161234567", "+79161234567"),
        ("79161234567", "+79161234567"),
        ("89161234567", "+79161234567"),
        ("9161234567", "+79161234567"),
        ("8 (916) 123-45-67", "+79161234567"),
        ("+7 916 123‑45‑67", "+79161234567"),
        ("+8 916 123-45-67", "+79161234567"),
        ("tel:+79161234567", "+79161234567"),
        ("TEL:89161234567", "+79161234567"),
        ("sip:79161234567@10.0.0.1:5060;user=phone", "+79161234567"),
        ("sip:%2B79161234567@trunk.example", "+79161234567"),
        ('"Иван Петров" <sip:+79161234567@trunk.example>', "+79161234567"),
        ("4951230001", "+74951230001"),
        ("78000000000", "+78000000000"),
        ("+375 29 123-45-67", "+375291234567"),
        ("375291234567", "+375291234567"),
        ("998901234567", "+998901234567"),
        ("00998901234567", "+998901234567"),
        ("8-10-998-90-123-45-67", "+998901234567"),
    ],
)
def test_a_number_in_any_usual_form_becomes_e164(raw: str, expected: str) -> None:
    assert normalise(raw, "RU") == expected


@pytest.mark.parametrize(
    "raw",
    [
        "", " ", "+", "-", "0", "+7", "s", "anonymous", "Anonymous", "<unknown>", "unknown", "withheld", "asterisk",
        "tel:", "sip:", "sip:anonymous@anonymous.invalid", '"Иван" <sip:anonymous@anonymous.invalid>',
        "101", "PJSIP/op101", "1230001", "1800FLOWERS", "+99912345", "\x00", "9" * 40,
    ],
)  # fmt: skip
def test_a_withheld_or_partial_number_becomes_nothing(raw: str) -> None:
    assert normalise(raw, "RU") == ""


@pytest.mark.parametrize(
    ("raw", "country", "expected"),
    [
        ("87011234567", "KZ", "+77011234567"),
        ("77011234567", "KZ", "+77011234567"),
        ("0501234567", "UA", "+380501234567"),
        ("02079460000", "GB", "+442079460000"),
        ("80291234567", "BY", "+375291234567"),
    ],
)
def test_the_country_of_the_service_completes_a_national_number(raw: str, country: str, expected: str) -> None:
    assert normalise(raw, country) == expected


@given(st.text(max_size=200))
def test_any_text_becomes_a_number_that_stays_the_same_or_nothing(raw: str) -> None:
    number = normalise(raw, "RU")

    assert number == "" or normalise(number, "RU") == number


@pytest.mark.parametrize(
    ("e164", "expected"),
    [
        ("+79001234567", "+7 900 •••-••-67"),
        ("+77011234567", "+7 701 •••-••-67"),
        ("+375291234567", "+375 29 •••-••-67"),
        ("+998901234567", "+998 90 ••• •• 67"),
        ("+12125550100", "+1 212-•••-••00"),
        ("+4520123456", "+45 20 •• •• 56"),
        ("+6591234567", "+65 •••• ••67"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_a_masked_number_shows_the_area_and_the_last_two_digits(e164: str, expected: str) -> None:
    assert mask(e164) == expected


@pytest.mark.parametrize(
    ("e164", "expected"),
    [
        ("+79001234567", "8 900 123 45 67"),
        ("+77011234567", "8 701 123 45 67"),
        ("+375291234567", "+375 29 123 45 67"),
        ("+12125550100", "+1 212 555 0100"),
        ("", ""),
    ],
)
def test_a_number_to_read_aloud_is_in_spoken_groups(e164: str, expected: str) -> None:
    assert speakable(e164) == expected
