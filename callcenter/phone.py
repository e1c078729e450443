"""Phone numbers: from whatever an exchange sends to E.164, and from E.164 to what people may see or say."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

LONGEST_RAW = 128

_SCHEME = re.compile(r"^(?:tel|sips?|callto):", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"<([^<>]*)>\s*$")
_DIALABLE = re.compile(r"\+?[\d\s().\-‐-―/]+")
_HIDDEN_DIGIT = re.compile(r"\d(?=(?:\D*\d){2})")
_AREA = re.compile(r"\d{1,3}[ -]")


def normalise(raw: str, country: str) -> str:
    """Return `raw` as E.164, or "" when it is withheld, unknown or not a full subscriber number.

    `country` (ISO 3166 alpha-2) is the default for numbers without a country code.
    """
    written = _dialable_part(raw)
    if not written:
        return ""
    readings = [_read(candidate, country) for candidate in _candidates(written)]
    for number in readings:
        if number is not None and phonenumbers.is_valid_number(number):
            return _e164(number)
    first = readings[0]
    return _e164(first) if first is not None and _is_full_length(first) else ""


def mask(e164: str) -> str:
    """Return the number with the middle hidden, "+7 900 •••-••-67"; "" stays ""."""
    number = _read(e164, None)
    if number is None:
        return ""
    country_code, _, national = _in_groups(number).partition(" ")
    return f"{country_code} {_hide(national)}"


def speakable(e164: str) -> str:
    """Return the number in the groups in which people say it, "8 900 123 45 67"; "" stays ""."""
    number = _read(e164, None)
    if number is None:
        return ""
    spoken = _in_groups(number).replace("-", " ")
    return "8" + spoken.removeprefix("+7") if number.country_code == 7 else spoken


def _hide(national: str) -> str:
    """Hide every digit after the area code but the last two; without an area code of its own nothing else is shown."""
    area = _AREA.match(national)
    start = area.end() if area else 0
    return national[:start] + _HIDDEN_DIGIT.sub("•", national[start:])


def _dialable_part(raw: str) -> str:
    """Strip display name, URI scheme, host and parameters; "" when what is left is not a number."""
    text = raw[:LONGEST_RAW].strip()
    bracketed = _IN_BRACKETS.search(text)
    text = bracketed.group(1) if bracketed else text
    text = _SCHEME.sub("", text.strip())
    text = re.split(r"[@;]", text, maxsplit=1)[0].replace("%2B", "+").replace("%2b", "+").strip()
    return text if _DIALABLE.fullmatch(text) else ""


def _candidates(written: str) -> tuple[str, ...]:
    """The readings to try, likeliest first: exchanges drop the plus, write it as 00 or put it before a trunk prefix."""
    if written.startswith("00"):
        return ("+" + written[2:],)
    if written.startswith("+"):
        return (written, written[1:])
    return (written, "+" + written)


def _read(text: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except NumberParseException:
        return None


def _is_full_length(number: PhoneNumber) -> bool:
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _in_groups(number: PhoneNumber) -> str:
    """International form; every ten-digit number under +7 is grouped 3-3-2-2, in Kazakhstan too."""
    digits = phonenumbers.national_significant_number(number)
    if number.country_code == 7 and len(digits) == 10:
        return f"+7 {digits[:3]} {digits[3:6]}-{digits[6:8]}-{digits[8:]}"
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
