"""The models of pricing that rating cases name, in terms of our kinds; what has no such terms is not sold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, DecimalException
from zoneinfo import available_timezones

from billing.tariffs.block import Block
from billing.tariffs.commitment import Commitment, Overage
from billing.tariffs.flat import Flat
from billing.tariffs.graduated import Graduated
from billing.tariffs.minimum import Minimum
from billing.tariffs.proration import part_of_fee
from billing.tariffs.registry import Tariff
from billing.tariffs.rounding import Blocks, sum_of_lines
from billing.tariffs.tiers import Tier
from billing.tariffs.vat import Taxed, inside, on_top
from billing.tariffs.volume import Volume
from callcenter.months import billing_month

_TOO_LARGE = 10**12

Answer = Decimal | Mapping[str, Decimal]
Parameters = Mapping[str, object]

# What is not sold, and why.
NOT_SOLD: Mapping[str, str] = {
    "fraction": "An order is whole: no half orders are counted, and no tier ends inside one.",
    "graduated_blocks": "Tiers of blocks: one order would be billed as hundreds. Our tiers price single orders.",
    "volume_blocks": "Tiers of blocks: one order would be billed as hundreds. Our tiers price single orders.",
    "maximum": "A bill that stops rising needs a negative line, which an act may not carry.",
    "other_rounding": "Amounts are rounded half up to the kopeck, line by line, and in no other way.",
    "credit_note_proration": "A package that ends in mid-month is not refunded: its orders stay usable to the end.",
}


class NotSold(Exception):
    """The case needs what is not sold."""

    def __init__(self, key: str) -> None:
        super().__init__(NOT_SOLD[key])
        self.key = key


def answer(model: str, given: Parameters, units: Sequence[str]) -> Answer:
    """What the model makes of each count, summed. NotSold, or ValueError with what cannot be read."""
    if model in NOT_SOLD:
        raise NotSold(model)
    if given.get("maximum") is not None:
        raise NotSold("maximum")
    if given.get("round_to", "2") != "2":
        raise NotSold("other_rounding")
    if model in _OTHERS:
        return _OTHERS[model](given, units)
    if model not in _TARIFFS:
        raise ValueError(f"the model {model!r} is unknown")
    tariff, counts = _at_least(given, _TARIFFS[model](given)), [_whole(count) for count in units]
    _check_inside(given, counts)
    return sum((_price(tariff, count) for count in counts), Decimal(0)) - _already(given, tariff)


def _block(given: Parameters) -> Tariff:
    return Block(
        code="case",
        size=_whole(_text(given, "package_size")),
        price=_number(given, "package_price"),
        free=_whole(_text(given, "free_units")),
        begun=Blocks(_text(given, "rounding")),
    )


def _flat(given: Parameters) -> Tariff:
    return Flat(code="case", unit=_number(given, "unit"))


def _graduated(given: Parameters) -> Tariff:
    return Graduated(code="case", tiers=_tiers(given))


def _volume(given: Parameters) -> Tariff:
    """As others sell it: with its cliffs."""
    return Volume(code="case", tiers=_tiers(given), capped=False)


def _commitment(given: Parameters) -> Commitment:
    package = _package(given)
    if _text(given, "overage") == Overage.NEXT_BLOCK:
        return replace(package, overage=Overage.NEXT_BLOCK)
    over = _number(given, "overage_rate")
    return package if over == package.rate else replace(package, overage=Overage.FLAT_RATE, overage_rate=over)


def _cheapest(given: Parameters) -> Tariff:
    smallest, *larger = sorted((_package(row) for row in _rows(given, "catalogue")), key=lambda item: item.included)
    return replace(smallest, overage=Overage.AUTO_UPGRADE, upgrades=larger)


def _package(given: Parameters) -> Commitment:
    """A package whose fee is a whole number of orders at a rate of four decimals."""
    included, fee = _whole(_text(given, "included")), _number(given, "fee")
    package = Commitment(code="case", included=included, rate=fee / max(included, 1))
    if package.fee != fee:
        raise ValueError(f"the fee {fee} has no exact rate for {included} orders")
    return package


_TARIFFS: Mapping[str, Callable[[Parameters], Tariff]] = {
    "package": _block,
    "standard": _flat,
    "graduated": _graduated,
    "volume": _volume,
    "package_overage": _commitment,
    "best_package": _cheapest,
}


def _rounding(given: Parameters, units: Sequence[str]) -> Answer:
    if _text(given, "mode") != "half_up":
        raise NotSold("other_rounding")
    return sum_of_lines([_decimal(value) for value in units], _whole(_text(given, "decimals")))


_VAT: Mapping[str, Callable[[Decimal, Decimal], Taxed]] = {"added": on_top, "included": inside}


def _vat(given: Parameters, units: Sequence[str]) -> Answer:
    take = _VAT.get(_text(given, "vat"))
    if take is None:
        raise ValueError(f"vat is {given['vat']!r}, but one of {', '.join(_VAT)} is expected")
    return sum((take(_decimal(value), _number(given, "rate")).vat for value in units), Decimal(0))


def _part_of_month(given: Parameters, units: Sequence[str]) -> Answer:
    days, of = _whole(_text(given, "used_days")), _whole(_text(given, "period_days"))
    net = part_of_fee(_number(given, "net_price"), days=days, of=of)
    return on_top(net, _number(given, "vat_percent_added")).gross


def _part_of_package(given: Parameters, units: Sequence[str]) -> Answer:
    whole = Commitment(code="case", included=_whole(_text(given, "included")), rate=_number(given, "rate"))
    started = whole.started_on(date.fromisoformat(_text(given, "start")))
    return {"included": Decimal(started.included), "fee": started.fee}


def _months(given: Parameters, units: Sequence[str]) -> Answer:
    """How many of the instants lie in each month of the zone."""
    zone, instants = _text(given, "tz"), [datetime.fromisoformat(value) for value in units]
    if zone not in available_timezones():
        raise ValueError(f"tz is {zone!r}, but the name of a time zone is expected, for example Asia/Almaty")
    found = Counter(f"{billing_month(instant, zone):%Y-%m}" for instant in instants)
    return {month: Decimal(count) for month, count in found.items()}


_OTHERS: Mapping[str, Callable[[Parameters, Sequence[str]], Answer]] = {
    "rounding": _rounding,
    "vat": _vat,
    "proration": _part_of_month,
    "prorated_package": _part_of_package,
    "month_attribution": _months,
}


def _tiers(given: Parameters) -> Sequence[Tier]:
    """The rows. A table that ends is read with its last price going on: the price of what lies inside is the same."""
    *rows, last = _rows(given, "tiers")
    return [*(_tier(row) for row in rows), replace(_tier(last), up_to=None)]


def _check_inside(given: Parameters, counts: Sequence[int]) -> None:
    """Beyond the end of a table there is no price."""
    end = _rows(given, "tiers")[-1].get("up_to") if "tiers" in given else None
    if end is not None and max(counts, default=0) > _whole(str(end)):
        raise ValueError(f"the tiers end at {end}, before {max(counts)}")


def _tier(row: Parameters) -> Tier:
    bound = row.get("up_to")
    up_to = None if bound is None else _whole(str(bound))
    return Tier(up_to=up_to, unit=_number(row, "unit"), flat=_number(row, "flat"))


def _at_least(given: Parameters, tariff: Tariff) -> Tariff:
    return Minimum(code="case", inner=tariff, least=_number(given, "minimum")) if "minimum" in given else tariff


def _already(given: Parameters, tariff: Tariff) -> Decimal:
    """What the orders that are billed already came to: the case asks for the rest."""
    done = given.get("already_billed_units")
    return Decimal(0) if done is None else _price(tariff, _whole(str(done)))


def _price(tariff: Tariff, orders: int) -> Decimal:
    return tariff.rate_orders(orders).total


def _rows(given: Parameters, name: str) -> Sequence[Parameters]:
    rows = given.get(name)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, Mapping) for row in rows):
        raise ValueError(f"{name} is {rows!r}, but a list of objects is expected")
    return rows


def _text(given: Parameters, name: str) -> str:
    if name not in given:
        raise ValueError(f"{name} is missing")
    return str(given[name])


def _number(given: Parameters, name: str) -> Decimal:
    return _decimal(_text(given, name))


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except DecimalException:
        raise ValueError(f"{text!r} is no number") from None
    if not number.is_finite() or abs(number) >= _TOO_LARGE:
        raise ValueError(f"{text!r} is no number below {_TOO_LARGE}")
    return number


def _whole(text: str) -> int:
    number = _decimal(text)
    if number != number.to_integral_value():
        raise NotSold("fraction")
    return int(number)
