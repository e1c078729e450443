"""VAT inside prices: which rate a seller's mode has in the month of service, and how much of a line it is.

Prices include the tax. It is taken line by line, and a document's tax is the sum of its lines: the tax of the total may
differ by a kopeck, so only one of the two can be printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from billing.tariffs.rated import N_
from callcenter.money import round_half_up

INCLUDED = N_("including VAT %(rate)s%%")
EXEMPT = N_("VAT exempt")


class TaxMode(StrEnum):
    """How the seller is taxed."""

    GENERAL = "general"
    SIMPLIFIED_EXEMPT = "simplified_exempt"
    SIMPLIFIED_5 = "simplified_5"
    SIMPLIFIED_7 = "simplified_7"
    SIMPLIFIED_GENERAL = "simplified_general"


# From which day which percentage is in force; None: no VAT is charged. Oldest first.
_STANDARD = ((date(2019, 1, 1), Decimal(20)), (date(2026, 1, 1), Decimal(22)))
RATES: Mapping[TaxMode, Sequence[tuple[date, Decimal | None]]] = {
    TaxMode.GENERAL: _STANDARD,
    TaxMode.SIMPLIFIED_EXEMPT: ((date(2019, 1, 1), None),),
    TaxMode.SIMPLIFIED_5: ((date(2025, 1, 1), Decimal(5)),),
    TaxMode.SIMPLIFIED_7: ((date(2025, 1, 1), Decimal(7)),),
    TaxMode.SIMPLIFIED_GENERAL: ((date(2025, 1, 1), _STANDARD[0][1]), _STANDARD[1]),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerTaxMode:
    """From this day on the seller is taxed like this: the right to an exemption is lost from a month inside a year."""

    effective_from: date
    mode: TaxMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxed:
    """One line or document: net and VAT are the gross amount."""

    net: Decimal
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


def mode_on(history: Iterable[SellerTaxMode], day: date) -> TaxMode:
    """The mode in force on a day of service; ValueError when none is."""
    begun = [version for version in history if version.effective_from <= day]
    if not begun:
        raise ValueError(f"No tax mode of the seller is in force on {day}: enter the one that was.")
    return max(begun, key=lambda version: version.effective_from).mode


def percent_on(mode: TaxMode, day: date) -> Decimal | None:
    """The percentage of the mode on a day of service; None when no VAT is charged."""
    begun = [percent for since, percent in RATES[mode] if since <= day]
    if not begun:
        raise ValueError(f"The tax mode {mode} exists from {RATES[mode][0][0]}: {day} lies before it.")
    return begun[-1]


def inside(gross: Decimal, percent: Decimal | None) -> Taxed:
    """The VAT that a price including it contains."""
    vat = Decimal("0.00") if percent is None else round_half_up(gross * percent / (100 + percent))
    return Taxed(net=gross - vat, vat=vat)


def on_top(net: Decimal, percent: Decimal | None) -> Taxed:
    """The VAT that comes on top of a net amount."""
    return Taxed(net=net, vat=Decimal("0.00") if percent is None else round_half_up(net * percent / 100))


def document(lines: Iterable[Taxed]) -> Taxed:
    """The sums of the lines."""
    taxed = list(lines)
    zero = Decimal("0.00")
    return Taxed(net=sum((line.net for line in taxed), zero), vat=sum((line.vat for line in taxed), zero))
