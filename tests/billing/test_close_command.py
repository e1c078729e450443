"""`manage.py close_month`, as somebody at a terminal meets it."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from billing.models import Contract, Invoice
from tests.billing.cast import make_contract, place

CLOSED = "2026-10"
PLACED = "2026-10-10T12:00:00+00:00"


@pytest.fixture
def rival(contract: Contract) -> Contract:
    """A second service."""
    return make_contract("PACKAGE-1000", name="Комар", number="+74951230011")


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[dict[str, Any]]:
    """The lines that the command prints."""
    call_command("close_month", *[str(item) for item in arguments])
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_contract_gets_a_line_and_a_file_of_its_own(
    contract: Contract, rival: Contract, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place(contract, at=PLACED)

    lines = run(capsys, "--all", "--month", CLOSED, "--out", tmp_path)

    assert [(line["service"], line["number"], line["orders"], line["total"], line["late"]) for line in lines] == [
        (str(contract.service_id), "Ко-2026-0001", 1, "5.95", 0),
        (str(rival.service_id), "Ко-2026-0001", 0, "7000.00", 0),
    ]
    files = [Path(line["file"]) for line in lines]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    assert b"5,95" in files[0].read_bytes()
    assert b"7000,00" in files[1].read_bytes()


def test_running_it_again_prints_and_writes_the_same(
    contract: Contract, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--service", contract.service_id, "--month", CLOSED, "--out", tmp_path)
    first = run(capsys, *arguments)
    content = Path(first[0]["file"]).read_bytes()

    assert run(capsys, *arguments) == first
    assert Path(first[0]["file"]).read_bytes() == content


def test_an_order_that_came_too_late_is_counted_as_such(contract: Contract, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "--all", "--month", CLOSED)
    place(contract, at=PLACED)

    line = run(capsys, "--all", "--month", CLOSED)[0]

    assert (line["orders"], line["late"]) == (0, 1)


def test_one_service_that_cannot_be_closed_does_not_hold_up_the_rest(
    contract: Contract, rival: Contract, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = place(contract, at=PLACED, state="unknown")

    with pytest.raises(CommandError, match="1 of 2 contracts stay open"):
        call_command("close_month", "--all", "--month", CLOSED)

    printed = capsys.readouterr()
    assert [json.loads(line)["service"] for line in printed.out.splitlines()] == [str(rival.service_id)]
    assert f"Service {contract.service_id}, contract Ко-1: 1 orders of 2026-10 are still on" in printed.err
    assert str(waiting.pk) in printed.err


def test_an_order_is_left_out_by_its_id_with_a_reason(contract: Contract, capsys: pytest.CaptureFixture[str]) -> None:
    waiting = place(contract, at=PLACED, state="unknown")
    named = ("--service", contract.service_id, "--month", CLOSED, "--exclude", waiting.pk)

    line = run(capsys, *named, "--reason", "the service has no such order")[0]

    assert (line["orders"], line["excluded"]) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--all", "--month", "2026-13"], "'2026-13' is not a month: write it as 2026-11."),
        (["--service", "7", "--month", CLOSED], "'7' is no service id: a UUID is expected."),
        (["--all", "--month", CLOSED, "--exclude", "7"], "'7' is no order id: a UUID is expected."),
        (["--all", "--month", CLOSED, "--exclude", str(uuid4())], "give --service instead of --all"),
        (["--service", str(uuid4()), "--month", CLOSED], "has no contract in force in 2026-10"),
        (["--all", "--month", "2025-12"], "There is no contract in force in 2025-12"),
    ],
)
def test_bad_input_is_named_with_the_rule(contract: Contract, arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as refused:
        call_command("close_month", *arguments)
    assert refused.value.returncode == 1
    assert not Invoice.objects.exists()


def test_a_folder_that_cannot_be_written_is_named_and_the_month_stays_closed(
    contract: Contract, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file")

    with pytest.raises(CommandError, match=r"cannot be written: .*run the command again"):
        call_command("close_month", "--all", "--month", CLOSED, "--out", str(tmp_path / "taken"))
    assert Invoice.objects.count() == 1
