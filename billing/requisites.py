"""Requisites of a Russian company: the control digits of its numbers, and a sentence when they do not hold.

ИНН: order ЕД-7-14/559 of the Federal Tax Service. Accounts: rules 515 of the Bank of Russia of 8 September 1997, where
the ninth digit is the key.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_11 = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_12 = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_ACCOUNT = (7, 1, 3) * 8


def check_inn(value: str) -> None:
    """10 digits of a company or 12 of a person, the last one or two of them computed."""
    _digits(value, (10, 12), _("ИНН"))
    wanted = [_control(value, _INN_10)] if len(value) == 10 else [_control(value, _INN_11), _control(value, _INN_12)]
    if value[-len(wanted) :] != "".join(map(str, wanted)):
        raise ValidationError(
            _("ИНН %(value)s: the last %(count)s control digits do not fit the others: one digit is wrong."),
            params={"value": value, "count": len(wanted)},
        )


def check_kpp(value: str) -> None:
    """Nine signs: four digits of the tax office, two signs of the reason, three digits."""
    if len(value) != 9 or not (value[:4] + value[6:]).isdecimal():
        raise ValidationError(_("КПП %(value)s: nine signs are expected, such as 770101001."), params={"value": value})


def check_bik(value: str) -> None:
    """Nine digits, the first two 04 for Russia (01, 02 for the Treasury)."""
    _digits(value, (9,), _("БИК"))
    if value[:2] not in ("00", "01", "02", "04"):
        raise ValidationError(
            _("БИК %(value)s: the first two digits name the country; 04 is Russia."), params={"value": value}
        )


def check_account(account: str, bik: str, *, correspondent: bool = False) -> None:
    """20 digits whose ninth is the key: with the bank's own digits before them the weighted sum ends in 0."""
    name = _("Correspondent account") if correspondent else _("Account")
    _digits(account, (20,), name)
    bank = f"0{bik[4:6]}" if correspondent else bik[6:9]
    if sum(int(digit) * weight for digit, weight in zip(bank + account, _ACCOUNT, strict=False)) % 10:
        raise ValidationError(
            _("%(name)s %(value)s does not belong to the bank with БИК %(bik)s: the key, its ninth digit, differs."),
            params={"name": name, "value": account, "bik": bik},
        )


def _digits(value: str, lengths: Sequence[int], name: str) -> None:
    if not value.isascii() or not value.isdecimal() or len(value) not in lengths:
        allowed = _(" or ").join(map(str, lengths))
        raise ValidationError(
            _("%(name)s %(value)s: %(lengths)s digits are expected, these are %(count)s signs."),
            params={"name": name, "value": value, "lengths": allowed, "count": len(value)},
        )


def _control(value: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(value, weights, strict=False)) % 11 % 10
