"""Each kind of tariff with worked examples, and what the catalogue refuses."""

import re
import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import billing
from billing.tariffs.block import Block
from billing.tariffs.catalogue import OFFERS, TARIFFS, rate, read_catalogue, sold_beside
from billing.tariffs.commitment import Commitment, Overage
from billing.tariffs.flat import Flat
from billing.tariffs.graduated import Graduated
from billing.tariffs.minimum import Minimum
from billing.tariffs.rated import Rated
from billing.tariffs.registry import kind, kinds
from billing.tariffs.rounding import Blocks, blocks, sum_of_lines
from billing.tariffs.tiers import Tier
from billing.tariffs.volume import Volume

# The package rates as a table for the whole count: order 3,000 would lower the bill.
CLIFF = [
    Tier(up_to=2999, unit=Decimal(7)),
    Tier(up_to=4999, unit=Decimal("6.5")),
    Tier(up_to=None, unit=Decimal(6)),
]
ROOT = Path(billing.__file__).parent.parent


def package(overage: Overage, **more: object) -> Commitment:
    """1,000 orders at 7.00."""
    return Commitment(code="X", included=1000, rate=Decimal(7), overage=overage, **more)  # type: ignore[arg-type]


def shown(rated: Rated) -> list[tuple[str, int, str]]:
    """Title, quantity and amount of each line."""
    return [
        (line.title % {"first": line.first, "last": line.last}, line.quantity, str(line.amount)) for line in rated.lines
    ]


def test_the_catalogue_sells_four_packages_and_two_tables() -> None:
    packages = [tariff for tariff in TARIFFS.values() if isinstance(tariff, Commitment)]

    assert [(item.code, item.included, item.fee) for item in packages] == [
        ("PACKAGE-1000", 1000, Decimal("7000.00")),
        ("PACKAGE-3000", 3000, Decimal("19500.00")),
        ("PACKAGE-5000", 5000, Decimal("30000.00")),
        ("PACKAGE-10000", 10000, Decimal("55000.00")),
    ]
    assert [code for code in TARIFFS if code not in {item.code for item in packages}] == ["PER-ORDER-A", "PER-ORDER-B"]


@pytest.mark.parametrize(
    ("orders", "a", "b"),
    [
        (1000, "7500.00", "5950.00"),
        (2752, "18888.00", "15060.40"),
        (3000, "20500.00", "16350.00"),
        (5000, "32100.00", "26150.00"),
        (10000, "58100.00", "50650.00"),
        (18000, "98100.00", "86650.00"),
    ],
)
def test_both_tables_come_out_to_the_kopeck(orders: int, a: str, b: str) -> None:
    assert (rate("PER-ORDER-A", orders).total, rate("PER-ORDER-B", orders).total) == (Decimal(a), Decimal(b))


def test_table_b_is_not_compared_with_the_packages() -> None:
    assert sold_beside("PACKAGE-3000") == [*(code for code in TARIFFS if code.startswith("PACKAGE")), "PER-ORDER-A"]
    assert sold_beside("PER-ORDER-B") == ["PER-ORDER-B"]
    assert set(OFFERS) == set(TARIFFS)


def test_further_orders_may_cost_a_rate_of_their_own() -> None:
    rated = package(Overage.FLAT_RATE, overage_rate=Decimal("7.50")).rate_orders(1010)

    assert shown(rated) == [("Orders of the package", 1000, "7000.00"), ("Orders over the package", 10, "75.00")]


def test_further_orders_may_buy_the_package_again() -> None:
    rated = package(Overage.NEXT_BLOCK).rate_orders(2001)

    assert shown(rated) == [
        ("Orders of the package", 1000, "7000.00"),
        ("Further packages, for the orders from 1001 to 3000", 2, "14000.00"),
    ]


def test_a_month_may_be_rated_as_the_cheapest_larger_package() -> None:
    upgrades = [Commitment(code="X", included=3000, rate=Decimal("6.5"))]
    tariff = package(Overage.AUTO_UPGRADE, upgrades=upgrades)

    assert shown(tariff.rate_orders(2785)) == shown(rate("PACKAGE-1000", 2785))
    assert shown(tariff.rate_orders(2786)) == shown(rate("PACKAGE-3000", 2786))


def test_orders_that_a_person_let_through_cost_the_package_s_rate() -> None:
    assert shown(package(Overage.STOP).rate_orders(1001)) == shown(rate("PACKAGE-1000", 1001))


@pytest.mark.parametrize(
    ("overage", "more", "sentence"),
    [
        (Overage.FLAT_RATE, {}, "overage_rate belongs to the overage flat_rate"),
        (Overage.OWN_RATE, {"overage_rate": Decimal(1)}, "overage_rate belongs to the overage flat_rate"),
        (Overage.AUTO_UPGRADE, {}, "upgrades belong to the overage auto_upgrade"),
        (Overage.STOP, {"upgrades": [Commitment(code="X", included=3000, rate=Decimal(6))]}, "upgrades belong to"),
        (
            Overage.AUTO_UPGRADE,
            {"upgrades": [Commitment(code="X", included=500, rate=Decimal(6))]},
            "an upgrade includes no fewer orders than 1000",
        ),
    ],
)
def test_a_policy_without_its_figures_is_refused(overage: Overage, more: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        package(overage, **more)


def test_every_policy_starts_in_mid_month_with_the_days_left() -> None:
    first = date(2026, 11, 16)
    upgrades = [Commitment(code="X", included=3000, rate=Decimal("6.5"))]

    assert shown(package(Overage.NEXT_BLOCK).started_on(first).rate_orders(501)) == [
        ("Orders of the package for the days left of the first month", 500, "3500.00"),
        ("Further packages, for the orders from 501 to 1000", 1, "3500.00"),
    ]
    assert shown(package(Overage.AUTO_UPGRADE, upgrades=upgrades).started_on(first).rate_orders(1500)) == [
        ("Orders of the package for the days left of the first month", 1500, "9750.00")
    ]


def test_the_whole_count_takes_the_price_of_its_tier_but_never_costs_more_than_the_next() -> None:
    capped = Volume(code="X", tiers=CLIFF)

    assert shown(capped.rate_orders(2785)) == [("All orders of the month at the price of 1 to 2999", 2785, "19495.00")]
    assert shown(capped.rate_orders(2786)) == [
        ("All orders of the month, never more than 3000 of them cost", 3000, "19500.00")
    ]
    assert shown(capped.rate_orders(5000)) == [("All orders of the month at the price from 5000", 5000, "30000.00")]
    assert capped.rate_orders(0).lines == []


def test_without_the_cap_one_order_more_lowers_the_bill() -> None:
    bare = Volume(code="X", tiers=CLIFF, capped=False)

    assert (bare.rate_orders(2999).total, bare.rate_orders(3000).total) == (Decimal("20993.00"), Decimal("19500.00"))


def test_a_block_that_was_begun_is_due_whole_after_the_free_orders() -> None:
    block = Block(code="X", size=10, price=Decimal(50), free=5)

    assert [block.rate_orders(orders).total for orders in (0, 5, 6, 15, 16)] == [
        Decimal(due) for due in (0, 0, 50, 50, 100)
    ]
    assert shown(block.rate_orders(16)) == [("Blocks of orders, from 6 to 25", 2, "100.00")]
    down = Block(code="X", size=10, price=Decimal(50), begun=Blocks.DOWN)
    assert [down.rate_orders(orders).total for orders in (9, 10, 19)] == [Decimal(due) for due in (0, 50, 50)]


@pytest.mark.parametrize(("size", "free"), [(0, 0), (1, -1)])
def test_a_block_without_orders_is_refused(size: int, free: int) -> None:
    with pytest.raises(ValueError, match="a block holds"):
        Block(code="X", size=size, price=Decimal(1), free=free)


def test_every_order_may_cost_the_same() -> None:
    flat = Flat(code="X", unit=Decimal("5.45"))

    assert shown(flat.rate_orders(3000)) == [("Orders at one price", 3000, "16350.00")]
    assert flat.rate_orders(0).lines == []


def test_a_least_amount_is_topped_up_by_a_line_of_its_own() -> None:
    tariff = Minimum(code="X", inner=Flat(code="X", unit=Decimal(5)), least=Decimal(3000))

    assert shown(tariff.rate_orders(10)) == [
        ("Orders at one price", 10, "50.00"),
        ("Up to the least amount of the month", 1, "2950.00"),
    ]
    assert shown(tariff.rate_orders(600)) == [("Orders at one price", 600, "3000.00")]
    assert tariff.started_on(date(2026, 11, 11)).rate_orders(0).total == Decimal("2000.00")


@pytest.mark.parametrize(("count", "size", "up", "down"), [(0, 7, 0, 0), (1, 7, 1, 0), (7, 7, 1, 1), (8, 7, 2, 1)])
def test_begun_blocks_go_up_or_down(count: int, size: int, up: int, down: int) -> None:
    assert (blocks(count, size), blocks(count, size, begun=Blocks.DOWN)) == (up, down)


def test_what_is_printed_is_what_is_added() -> None:
    thirds = [Decimal("0.335")] * 3

    assert sum_of_lines(thirds, 2) == Decimal("1.02")
    assert sum(thirds) == Decimal("1.005")


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ('kind = "lottery"', "'lottery' is no kind of tariff: use one of block, commitment, flat, graduated"),
        ('kind = "vat"', "'vat' is no kind of tariff"),
        ('kind = ""', "X: kind is '', but a word is expected"),
        ('kind = "flat"\nunit = 5.95', "X: unit is 5.95, but digits in quotes with at most 4 decimals"),
        ('kind = "flat"\nunit = "5.12345"', "X: unit is '5.12345', but digits in quotes with at most 4 decimals"),
        ('kind = "flat"\nunit = "-5"', "X: unit is '-5', but digits in quotes"),
        ('kind = "flat"\nunit = "5"\nflat = "1"', "X: flat is no term of this kind of tariff"),
        ('kind = "flat"', "X: unit is None, but digits in quotes"),
        ('kind = "commitment"\nincluded = "1000"\nrate = "7"', "X: included is '1000', but a whole number from 1 to"),
        ('kind = "commitment"\nincluded = 0\nrate = "7"', "X: included is 0, but a whole number from 1 to"),
        (
            'kind = "commitment"\nincluded = 9\nrate = "7"\noverage = "free"',
            "X: overage is 'free', but one of own_rate, flat_rate, next_block, auto_upgrade, stop is expected",
        ),
        ('kind = "block"\nsize = 10\nprice = "0.001"', "X: price is '0.001', but digits in quotes with at most 2"),
        ('kind = "graduated"', "X: tiers must rise, and only the last one is open"),
        ('kind = "graduated"\ntiers = 3', "X: tiers is 3, but a list of tables is expected"),
        ('kind = "graduated"\ntiers = [{ unit = "1", flat = "2" }]', "X tiers 1: flat is no term of this kind"),
        ('kind = "volume"\ntiers = [{ unit = "1" }]\ncapped = false', "X: capped is no term of this kind"),
        ('kind = "minimum"\nleast = "100"\nof = "flat"', "X: of is 'flat', but a table of terms is expected"),
    ],
)
def test_a_catalogue_that_says_something_else_than_was_meant_is_refused(terms: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read_catalogue(f'[X]\noffer = "o"\n{terms}\n')


def test_a_catalogue_of_every_kind_is_read() -> None:
    tariffs, offers = read_catalogue("""
        [A]
        offer = "o"
        kind = "commitment"
        included = 100
        rate = "7"
        overage = "auto_upgrade"
        upgrades = [{ included = 300, rate = "6.5" }]
        [B]
        offer = "o"
        kind = "commitment"
        included = 100
        rate = "7"
        overage = "flat_rate"
        overage_rate = "8"
        [C]
        offer = "o"
        kind = "volume"
        tiers = [{ up_to = 10, unit = "7" }, { unit = "6" }]
        [D]
        offer = "p"
        kind = "block"
        size = 10
        price = "50"
        free = 5
        begun = "down"
        [E]
        offer = "p"
        kind = "minimum"
        least = "3000.00"
        of = { kind = "graduated", tiers = [{ unit = "5.95" }] }
    """)

    assert [tariffs[code].rate_orders(300).total for code in "ABCDE"] == [
        Decimal(due) for due in (1950, 2300, 1800, 1450, 3000)
    ]
    assert (offers["A"], offers["E"]) == ("o", "p")


def test_a_new_kind_is_one_new_file(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "billing" / "tariffs", tmp_path / "billing" / "tariffs")
    shutil.copytree(ROOT / "callcenter", tmp_path / "callcenter", ignore=lambda _, names: _without_figures(names))
    kinds_folder = tmp_path / "billing" / "tariffs"
    for package_folder in (kinds_folder.parent, tmp_path / "callcenter"):
        (package_folder / "__init__.py").write_text("", encoding="utf-8")
    flat = (kinds_folder / "flat.py").read_text(encoding="utf-8")
    (kinds_folder / "per_day.py").write_text(flat, encoding="utf-8")
    catalogue = kinds_folder / "catalogue.toml"
    added = '\n[DAILY]\noffer = "daily"\nkind = "per_day"\nunit = "6.00"\n'
    catalogue.write_text(catalogue.read_text(encoding="utf-8") + added, encoding="utf-8")

    program = 'from billing.tariffs.catalogue import rate; print(rate("DAILY", 10).total)'
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.stdout.strip(), done.stderr) == ("60.00", "")


def _without_figures(names: list[str]) -> set[str]:
    """All of the folder but the pure modules that tariffs use."""
    return {name for name in names if name not in {"money.py", "months.py"}}


def test_every_file_is_a_kind_or_named_as_what_kinds_are_made_of() -> None:
    assert kinds() == ["block", "commitment", "flat", "graduated", "minimum", "volume"]
    for name in kinds():
        assert callable(kind(name).read)
    with pytest.raises(ValueError, match="'rated' is no kind of tariff"):
        kind("rated")


def test_a_file_that_is_no_kind_is_refused_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "unfinished.py").write_text("PRICE = 1\n", encoding="utf-8")
    monkeypatch.setattr("billing.tariffs.__path__", [*billing.tariffs.__path__, str(tmp_path)])

    with pytest.raises(ValueError, match=r"unfinished\.py is no kind of tariff: a kind has read\(code, terms\)"):
        kind("unfinished")


def test_graduated_names_an_open_tier_that_is_the_only_one() -> None:
    only = Graduated(code="X", tiers=[Tier(up_to=None, unit=Decimal(1), flat=Decimal(10))])

    assert shown(only.rate_orders(5)) == [("Orders from 1", 5, "15.00")]
    assert only.rate_orders(0).total == 0
