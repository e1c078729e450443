"""Every figure of docs/billing.md is what the code says."""

import io
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from billing.tariffs.adviser import costs, next_switch
from billing.tariffs.case_models import NOT_SOLD
from billing.tariffs.catalogue import OFFERS, TARIFFS, read_catalogue, sold_beside
from billing.tariffs.commitment import Commitment, Overage
from billing.tariffs.rated import RATE_PLACES, Rated
from billing.tariffs.registry import kinds
from billing.tariffs.vat import TaxMode, inside, percent_on
from callcenter.money import round_half_up
from callcenter.months import billing_month

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "docs" / "billing.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```console\n\$ python manage\.py (.+)\n((?:.*\n)*?)```", TEXT)
EXAMPLES = re.findall(r"```toml\n((?:.*\n)*?)```", TEXT)
Row = Sequence[str]


def tables() -> Iterator[tuple[str, list[Row]]]:
    """Each table: its head as it is written, and its rows."""
    for block in re.findall(r"(?:^\|.*\n)+", TEXT, re.MULTILINE):
        head, _rule, *rows = block.strip().splitlines()
        yield head, [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows]


TABLES = dict(tables())


def plain(value: Decimal) -> str:
    """A rate with two decimals, or with as many as it needs."""
    return f"{value:.2f}" if value == round_half_up(value) else f"{value.normalize():f}"


def lines(rated: Rated) -> str:
    return " + ".join(f"{line.quantity} × {plain(line.rate)}" for line in rated.lines) or "–"


def sold(row: Row) -> Row:
    package = TARIFFS[row[0]]
    assert isinstance(package, Commitment)
    return [package.code, OFFERS[package.code], str(package.included), plain(package.rate), f"{package.fee:.2f}"]


def rated(row: Row) -> Row:
    orders = int(row[1])
    made = TARIFFS[row[0]].rate_orders(orders)
    average = f"{round_half_up(made.total / orders, RATE_PLACES)}" if orders else "–"
    return [row[0], row[1], lines(made), f"{made.total}", average]


def policy(row: Row) -> Row:
    figures: Mapping[str, dict[str, object]] = {
        Overage.FLAT_RATE: {"overage_rate": Decimal("7.50")},
        Overage.AUTO_UPGRADE: {"upgrades": [TARIFFS["PACKAGE-3000"]]},
    }
    overage = Overage(row[0])
    package = Commitment(
        code="X",
        included=1000,
        rate=Decimal(7),
        overage=overage,
        **figures.get(overage, {}),  # type: ignore[arg-type]
    )
    return [overage, row[1], *(f"{package.rate_orders(orders).total}" for orders in (1000, 1127, 2786))]


def first_month(row: Row) -> Row:
    package = TARIFFS[row[0]]
    assert isinstance(package, Commitment)
    started = package.started_on(date.fromisoformat(row[1]))
    return [row[0], row[1], str(started.included), f"{started.fee:.2f}"]


def taxed(row: Row) -> Row:
    percent = percent_on(TaxMode(row[0]), date.fromisoformat(row[1]))
    vat = inside(Decimal("7000.00"), percent).vat
    return [row[0], row[1], "none" if percent is None else f"{percent} %", f"{vat}"]


def local_month(row: Row) -> Row:
    return [row[0], row[1], f"{billing_month(datetime.fromisoformat(row[1]), row[0]):%Y-%m}"]


def switch(row: Row) -> Row:
    offer, orders = sold_beside("PACKAGE-1000"), int(row[0])
    best = costs(orders, offer)[0]
    found = next_switch(orders, offer, most=40_000)
    return [row[0], best.code, f"{best.total}", *((str(found[0]), found[1].code) if found else ("–", "–"))]


CHECKS: Mapping[str, Callable[[Row], Row]] = {
    "| tariff | offer | included | rate | fee |": sold,
    "| tariff | orders | lines | total | average |": rated,
    "| policy | order 1,001 | 1,000 orders | 1,127 orders | 2,786 orders |": policy,
    "| tariff | first day | included | fee |": first_month,
    "| mode | day of service | rate | VAT inside 7000.00 |": taxed,
    "| zone | instant | month |": local_month,
    "| orders | cheapest | total | changes at | to |": switch,
    "| what a case asks for | why it is not sold |": lambda row: [row[0], NOT_SOLD[row[0]]],
    "| kind | price of a month |": lambda row: [row[0] if row[0] in kinds() else "no kind", row[1]],
}


def test_every_table_of_the_document_is_checked() -> None:
    assert set(TABLES) == set(CHECKS)


@pytest.mark.parametrize("head", list(TABLES))
def test_a_table_says_what_the_code_says(head: str) -> None:
    rows = TABLES[head]

    assert rows == [list(CHECKS[head](row)) for row in rows]


@pytest.mark.parametrize(("command", "printed"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_a_command_prints_what_the_document_shows(command: str, printed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    out = io.StringIO()

    call_command(*shlex.split(command), stdout=out)

    assert out.getvalue() == printed


def test_both_commands_and_the_way_to_add_a_tariff_are_shown() -> None:
    assert [command.split()[0] for command, _ in COMMANDS] == ["rate", "rate_cases"]
    for example in EXAMPLES:
        assert read_catalogue(example)[0]
    assert len(EXAMPLES) == 1


def test_nothing_sold_and_nothing_unsold_is_left_out() -> None:
    packages = [row[0] for row in TABLES["| tariff | offer | included | rate | fee |"]]
    examples = {row[0] for row in TABLES["| tariff | orders | lines | total | average |"]}

    assert packages == [code for code, tariff in TARIFFS.items() if isinstance(tariff, Commitment)]
    assert examples == set(TARIFFS)
    assert [row[0] for row in TABLES["| kind | price of a month |"]] == list(kinds())
    assert [row[0] for row in TABLES["| what a case asks for | why it is not sold |"]] == list(NOT_SOLD)
    assert [row[0] for row in TABLES["| policy | order 1,001 | 1,000 orders | 1,127 orders | 2,786 orders |"]] == list(
        Overage
    )
    assert {row[0] for row in TABLES["| mode | day of service | rate | VAT inside 7000.00 |"]} == set(TaxMode)
