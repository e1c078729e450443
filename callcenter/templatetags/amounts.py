"""Amounts of money as people read them."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format

register = template.Library()
_SIGNS = {"RUB": "₽", "KZT": "₸", "BYN": "Br"}


@register.filter
def grouped(count: int) -> str:
    """A count with a blank or a comma between thousands."""
    return str(number_format(count, 0, force_grouping=True))


@register.filter
def money(amount: Decimal, currency: str = "RUB") -> str:
    """With kopecks only where there are some, the sign of the currency after a blank that does not break."""
    places = 0 if amount == amount.to_integral_value() else 2
    return f"{number_format(amount, places, force_grouping=True)}\u00a0{_SIGNS.get(currency, currency)}"
