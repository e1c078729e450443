"""The tariffs that are sold: `catalogue.toml`, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from billing.tariffs.rated import Rated
from billing.tariffs.registry import Tariff, read_terms
from billing.tariffs.terms import Terms

__all__ = ["OFFERS", "TARIFFS", "Tariff", "rate", "read_catalogue", "sold_beside", "tariff"]

_FILE = Path(__file__).with_name("catalogue.toml")


def read_catalogue(text: str) -> tuple[Mapping[str, Tariff], Mapping[str, str]]:
    """The tariffs by their code, and the offer to which each belongs; ValueError names what is wrong."""
    tariffs: dict[str, Tariff] = {}
    offers: dict[str, str] = {}
    rows = tomllib.loads(text)
    catalogue = Terms("", rows)
    for code in rows:
        terms = catalogue.table(code)
        offers[code] = terms.text("offer")
        tariffs[code] = read_terms(code, terms)
    return tariffs, offers


TARIFFS, OFFERS = read_catalogue(_FILE.read_text(encoding="utf-8"))


def tariff(code: str) -> Tariff:
    """Return the tariff with this code; ValueError names those that exist."""
    if code not in TARIFFS:
        raise ValueError(f"{code!r} is no tariff: use one of {', '.join(TARIFFS)}.")
    return TARIFFS[code]


def sold_beside(code: str) -> Sequence[str]:
    """The codes that may be compared with this tariff, itself included: those of the same offer."""
    offer = OFFERS[tariff(code).code]
    return [other for other in TARIFFS if OFFERS[other] == offer]


def rate(code: str, orders: int) -> Rated:
    """Price a month of `orders` placed orders."""
    return tariff(code).rate_orders(orders)
