"""What each kind of tariff promises for every table of figures and every count."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from billing.tariffs.block import Block
from billing.tariffs.catalogue import TARIFFS
from billing.tariffs.commitment import Commitment, Overage
from billing.tariffs.flat import Flat
from billing.tariffs.graduated import Graduated
from billing.tariffs.minimum import Minimum
from billing.tariffs.proration import days_left, days_of, part_of_count, part_of_fee
from billing.tariffs.rated import RATE_PLACES
from billing.tariffs.registry import Tariff
from billing.tariffs.rounding import Blocks, blocks
from billing.tariffs.tiers import Tier
from billing.tariffs.vat import Taxed, document, inside, on_top
from billing.tariffs.volume import Volume

ORDERS = st.integers(0, 30_000)
RATES = st.decimals("0.0001", "99", places=4)
AMOUNTS = st.decimals("0.00", "999999.99", places=2)
DAYS = st.dates(date(2024, 1, 1), date(2031, 12, 31))
PERCENTS = st.sampled_from([Decimal(5), Decimal(7), Decimal(20), Decimal(22)])


def _tiers(bounds: set[int], rates: list[Decimal]) -> list[Tier]:
    return [Tier(up_to=up_to, unit=rate) for up_to, rate in zip([*sorted(bounds), None], rates, strict=True)]


@st.composite
def tables(draw: st.DrawFn, *, falling: bool = False) -> list[Tier]:
    """One to six tiers."""
    bounds = draw(st.sets(st.integers(1, 20_000), max_size=5))
    rates = draw(st.lists(RATES, min_size=len(bounds) + 1, max_size=len(bounds) + 1))
    return _tiers(bounds, sorted(rates, reverse=True) if falling else rates)


@st.composite
def packages(draw: st.DrawFn) -> Commitment:
    """A package with any policy."""
    included, rate, overage = draw(st.integers(1, 12_000)), draw(RATES), draw(st.sampled_from(Overage))
    larger = st.builds(Commitment, code=st.just("X"), included=st.integers(included, 30_000), rate=RATES)
    return Commitment(
        code="X",
        included=included,
        rate=rate,
        overage=overage,
        overage_rate=draw(RATES) if overage is Overage.FLAT_RATE else None,
        upgrades=draw(st.lists(larger, min_size=1, max_size=3)) if overage is Overage.AUTO_UPGRADE else (),
    )


PLAIN: st.SearchStrategy[Tariff] = st.one_of(
    packages(),
    st.builds(Graduated, code=st.just("X"), tiers=tables()),
    st.builds(Volume, code=st.just("X"), tiers=tables()),
    st.builds(Flat, code=st.just("X"), unit=RATES),
    st.builds(
        Block,
        code=st.just("X"),
        size=st.integers(1, 500),
        price=AMOUNTS,
        free=st.integers(0, 500),
        begun=st.sampled_from(Blocks),
    ),
    st.sampled_from(list(TARIFFS.values())),
)
SOLD = st.one_of(PLAIN, st.builds(Minimum, code=st.just("X"), inner=PLAIN, least=AMOUNTS))


@given(tariff=SOLD, orders=ORDERS, more=st.integers(1, 3000))
def test_more_orders_never_lower_the_bill(tariff: Tariff, orders: int, more: int) -> None:
    assert tariff.rate_orders(orders + more).total >= tariff.rate_orders(orders).total


@given(tariff=SOLD, orders=ORDERS)
def test_a_bill_is_the_sum_of_its_lines_and_each_line_is_its_quantity_at_its_rate(tariff: Tariff, orders: int) -> None:
    rated = tariff.rate_orders(orders)

    assert rated.total == sum(line.amount for line in rated.lines)
    for line in rated.lines:
        assert line.amount == (line.quantity * line.rate).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
        assert line.rate == line.rate.quantize(RATE_PLACES)
        assert line.quantity > 0


@given(tariff=SOLD, orders=ORDERS, first=DAYS)
def test_a_start_on_the_first_costs_the_whole_month(tariff: Tariff, orders: int, first: date) -> None:
    assert tariff.started_on(first.replace(day=1)).rate_orders(orders) == tariff.rate_orders(orders)


@given(tariff=SOLD, orders=ORDERS, day=DAYS)
def test_a_later_start_never_costs_more_for_no_order(tariff: Tariff, orders: int, day: date) -> None:
    later = min(day + timedelta(days=1), day.replace(day=days_of(day)))

    assert tariff.started_on(later).rate_orders(0).total <= tariff.started_on(day).rate_orders(0).total
    assert tariff.started_on(day).rate_orders(0).total <= tariff.rate_orders(0).total


@given(table=tables(), more=st.integers(1, 100))
def test_at_a_bound_of_a_graduated_table_only_the_next_tier_s_price_is_added(table: list[Tier], more: int) -> None:
    tariff = Graduated(code="X", tiers=table)

    for tier, following in pairwise(table):
        bound = tier.up_to or 0
        inside_next = bound + min(more, (following.up_to or bound + more) - bound)
        step = (inside_next - bound) * following.unit
        assert tariff.rate_orders(inside_next).total - tariff.rate_orders(bound).total == step.quantize(
            Decimal("0.01"), rounding="ROUND_HALF_UP"
        )


@given(table=tables(falling=True), orders=ORDERS)
def test_with_falling_prices_the_whole_count_costs_no_more_than_tier_by_tier(table: list[Tier], orders: int) -> None:
    """Line by line rounding may move each of the tiers by half a kopeck."""
    volume, graduated = Volume(code="X", tiers=table), Graduated(code="X", tiers=table)

    assert volume.rate_orders(orders).total <= graduated.rate_orders(orders).total + len(table) * Decimal("0.01")


@given(table=tables(), orders=ORDERS)
def test_the_cap_only_ever_lowers_a_price(table: list[Tier], orders: int) -> None:
    bare, capped = Volume(code="X", tiers=table, capped=False), Volume(code="X", tiers=table)

    assert capped.rate_orders(orders).total <= bare.rate_orders(orders).total


@given(included=st.integers(1, 12_000), rate=RATES, orders=ORDERS)
def test_buying_the_package_again_is_never_cheaper_than_its_own_rate(included: int, rate: Decimal, orders: int) -> None:
    own = Commitment(code="X", included=included, rate=rate)
    again = Commitment(code="X", included=included, rate=rate, overage=Overage.NEXT_BLOCK)

    kopeck = Decimal("0.01")  # the two lines of the package's own rate are rounded apart
    assert again.rate_orders(orders).total >= own.rate_orders(orders).total - kopeck


@given(tariff=packages(), orders=ORDERS)
def test_an_upgrade_costs_what_the_cheapest_of_the_packages_costs(tariff: Commitment, orders: int) -> None:
    alone = Commitment(code="X", included=tariff.included, rate=tariff.rate)
    if tariff.overage is Overage.AUTO_UPGRADE:
        assert tariff.rate_orders(orders).total == min(
            item.rate_orders(orders).total for item in (alone, *tariff.upgrades)
        )


@given(least=AMOUNTS, inner=PLAIN, orders=ORDERS)
def test_a_least_amount_is_due_and_no_more(least: Decimal, inner: Tariff, orders: int) -> None:
    total = Minimum(code="X", inner=inner, least=least).rate_orders(orders).total

    assert total == max(least, inner.rate_orders(orders).total)


@given(count=st.integers(0, 10**9), size=st.integers(1, 10**6))
def test_blocks_hold_the_count_and_no_block_is_empty(count: int, size: int) -> None:
    up, down = blocks(count, size), blocks(count, size, begun=Blocks.DOWN)

    assert (up - 1) * size < count <= up * size or up == count == 0
    assert down * size <= count < (down + 1) * size


@given(fee=AMOUNTS, count=st.integers(1, 30_000), day=DAYS)
def test_a_part_of_a_month_lies_between_its_day_and_the_whole(fee: Decimal, count: int, day: date) -> None:
    part = part_of_fee(fee, days=days_left(day), of=days_of(day))

    assert 0 <= part <= fee
    assert 1 <= part_of_count(count, starting=day) <= count
    assert part_of_fee(fee, days=days_of(day), of=days_of(day)) == fee
    assert part_of_count(count, starting=day.replace(day=1)) == count


@given(amounts=st.lists(AMOUNTS, max_size=12), percent=PERCENTS)
def test_net_and_vat_are_the_gross_amount_on_each_line_and_of_the_document(
    amounts: list[Decimal], percent: Decimal
) -> None:
    lines = [inside(amount, percent) for amount in amounts]

    assert [line.gross for line in lines] == amounts
    assert document(lines).gross == sum(amounts)
    assert document(lines).vat == sum(line.vat for line in lines)


@given(net=AMOUNTS, percent=PERCENTS)
def test_vat_on_top_is_the_vat_inside_what_then_is_paid(net: Decimal, percent: Decimal) -> None:
    taxed: Taxed = on_top(net, percent)

    assert abs(inside(taxed.gross, percent).vat - taxed.vat) <= Decimal("0.01")
