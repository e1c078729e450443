"""The priced cases, each for itself, and the command that rates a file of them."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from billing.tariffs.case_models import NOT_SOLD
from billing.tariffs.cases import Case, judge, read_case

FILE = Path(__file__).resolve().parent.parent / "samples" / "billing" / "cases.json"
CASES = [read_case(row) for row in json.loads(FILE.read_text(encoding="utf-8"))]
UNSOLD = {
    "B018": "fraction",
    "B030": "fraction",
    "B045": "maximum",
    "B075": "maximum",
    "B153": "volume_blocks",
    "B156": "volume_blocks",
    "B162": "graduated_blocks",
    "B165": "graduated_blocks",
    "B168": "credit_note_proration",
}


def a_case(model: str = "standard", units: object = "10", expected: object = "100", **parameters: object) -> Any:
    """One row of a file."""
    given = parameters or {"unit": "10"}
    return {"id": "X1", "model": model, "parameters": given, "units": units, "expected_amount": expected}


def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: object, *, fails: bool = False) -> list[str]:
    """What the command prints for these rows."""
    path = tmp_path / "cases.json"
    path.write_text(rows if isinstance(rows, str) else json.dumps(rows), encoding="utf-8")
    if fails:
        with pytest.raises(SystemExit) as stopped:
            call_command("rate_cases", str(path))
        assert stopped.value.code == 1
    else:
        call_command("rate_cases", str(path))
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_a_case_comes_out_to_the_kopeck_or_is_not_sold(case: Case) -> None:
    outcome = judge(case)

    assert (outcome.error, outcome.unsold) == ("", UNSOLD.get(case.id, ""))
    assert outcome.passed == (case.id not in UNSOLD), f"expected {case.expected}, got {outcome.got}"


def test_the_command_counts_the_whole_file_and_names_what_is_not_sold(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rate_cases", str(FILE))

    *named, last = capsys.readouterr().out.splitlines()
    assert last == "passed 122, failed 0, not sold 9"
    assert f"not sold, maximum (B045, B075): {NOT_SOLD['maximum']}" in named
    assert len(named) == len(set(UNSOLD.values()))


def test_a_case_that_fails_is_one_line_and_the_exit_code_is_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [a_case(), a_case(expected="100.01"), a_case(model="volume_blocks")]

    lines = run(tmp_path, capsys, rows, fails=True)

    assert lines[0] == "X1: expected 100.01, got 100.00"
    assert lines[-1] == "passed 1, failed 1, not sold 1"


@pytest.mark.parametrize(
    ("row", "got"),
    [
        (a_case(model="lottery"), "the model 'lottery' is unknown"),
        (a_case(unit="dear"), "'dear' is no number"),
        (a_case(price="1"), "unit is missing"),
        (a_case(units="-1"), "-1 is not a number of orders: a whole number from 0 to 1000000000 is expected."),
        (a_case(units="NaN"), "'NaN' is no number below 1000000000000"),
        (a_case(unit="1e500"), "'1e500' is no number below 1000000000000"),
        (
            a_case(model="month_attribution", tz="Mars/Base", units=["2026-11-01T00:00:00+00:00"]),
            "tz is 'Mars/Base', but the name of a time zone is expected, for example Asia/Almaty",
        ),
        (
            a_case(model="package_overage", included="0", fee="10", overage="own_rate", overage_rate="3"),
            "case: a package of 0 orders: at least one is included.",
        ),
        (a_case(model="graduated", tiers=[]), "tiers is [], but a list of objects is expected"),
        (a_case(model="graduated", tiers=[{"up_to": "5", "unit": "1", "flat": "0"}]), "the tiers end at 5, before 10"),
        (a_case(model="vat", vat="included", rate="-100"), "its figures have no result"),
        (a_case(model="vat", vat="hidden", rate="5"), "vat is 'hidden', but one of added, included is expected"),
        (
            a_case(model="package_overage", included="3", fee="10", overage="own_rate", overage_rate="3"),
            "the fee 10 has no exact rate for 3 orders",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_case_that_cannot_be_rated_fails_and_says_why(
    row: object, got: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = run(tmp_path, capsys, [row], fails=True)

    assert lines == [f"X1: expected 100, got {got}", "passed 0, failed 1, not sold 0"]


@pytest.mark.parametrize(
    ("row", "unsold"),
    [
        (a_case(units="0.5"), "fraction"),
        (a_case(unit="10", maximum="50"), "maximum"),
        (a_case(unit="10", round_to="0"), "other_rounding"),
        (a_case(model="rounding", mode="half_even", decimals=2), "other_rounding"),
    ],
    ids=["fraction", "maximum", "whole roubles", "half even"],
)
def test_what_is_not_sold_is_neither_passed_nor_failed(row: object, unsold: str) -> None:
    outcome = judge(read_case(row))

    assert (outcome.unsold, outcome.passed, outcome.failed) == (unsold, False, False)


def test_numbers_without_quotes_stay_exact(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = json.dumps([a_case(unit="PRICE", units="3000", expected="TOTAL")])

    lines = run(tmp_path, capsys, text.replace('"PRICE"', "5.45").replace('"TOTAL"', "16350.00"))

    assert lines == ["passed 1, failed 0, not sold 0"]


def test_counts_in_a_list_are_rated_one_by_one() -> None:
    blocks = {"package_size": "100", "package_price": "5", "free_units": "0", "rounding": "up"}

    assert judge(read_case(a_case("package", ["50", "150"], **blocks))).got == Decimal(15)
    assert judge(read_case(a_case("package", "200", **blocks))).got == Decimal(10)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "is no JSON in UTF-8"),
        ("{}", "holds no list of cases"),
        ("[3]", "3 is no case: an object with expected_amount, id, model, parameters, units is expected"),
        ('[{"id": "X1", "model": "vat"}]', "Case X1: expected_amount, parameters, units is missing"),
        (json.dumps([a_case(expected="much")]), "Case X1: the expected 'much' is no amount"),
        (json.dumps([{**a_case(), "parameters": 3}]), "Case X1: its parameters are 3, but an object is expected"),
    ],
    ids=["no JSON", "no list", "no object", "no fields", "no amount", "no parameters"],
)
def test_a_file_that_is_no_list_of_cases_is_refused(content: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(CommandError, match=sentence):
        call_command("rate_cases", str(path))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.json cannot be read: No such file or directory\."):
        call_command("rate_cases", str(tmp_path / "none.json"))
