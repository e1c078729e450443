"""What a kind of tariff is, and which kinds there are: every file of this folder but the few named here.

A kind is a file with `read(code, terms)`, which returns a `Tariff`; its name is the kind. Nothing else has to know it.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from datetime import date
from importlib import import_module
from typing import Protocol, cast

import billing.tariffs
from billing.tariffs.rated import Rated
from billing.tariffs.terms import Terms

# What the kinds are made of and used by.
NO_KINDS = frozenset(
    {
        "adviser",
        "case_models",
        "cases",
        "catalogue",
        "proration",
        "rated",
        "registry",
        "rounding",
        "terms",
        "tiers",
        "vat",
    }
)


class Tariff(Protocol):
    """One tariff with its figures filled in. Pure, immutable, exact."""

    @property
    def code(self) -> str: ...

    def rate_orders(self, orders: int) -> Rated:
        """Price a month of `orders` placed orders; ValueError for what is no count."""
        ...

    def started_on(self, day: date) -> Tariff:
        """What is due for the month of `day` when the contract starts on `day`; the same for the first of a month."""
        ...


class Kind(Protocol):
    """A file of this folder."""

    def read(self, code: str, terms: Terms) -> Tariff: ...


def kinds() -> Sequence[str]:
    """The names of all kinds."""
    found = {module.name for module in pkgutil.iter_modules(billing.tariffs.__path__)}
    return sorted(found - NO_KINDS)


def kind(name: str) -> Kind:
    """The kind of this name. ValueError names those that exist; a file that is no kind is refused by its path."""
    if name not in kinds():
        raise ValueError(f"{name!r} is no kind of tariff: use one of {', '.join(kinds())}.")
    module = import_module(f"billing.tariffs.{name}")
    if not callable(getattr(module, "read", None)):
        raise ValueError(f"{module.__file__} is no kind of tariff: a kind has read(code, terms).")
    return cast(Kind, module)


def read_terms(code: str, terms: Terms) -> Tariff:
    """The tariff that these terms describe; a term that the kind does not know is refused."""
    tariff = kind(terms.text("kind")).read(code, terms)
    terms.end()
    return tariff
