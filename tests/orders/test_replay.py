"""Recorded transcripts of a real Asterisk drive the same path as a live exchange."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from orders.models import Call
from tests.orders.cast import cast

pytestmark = pytest.mark.django_db(databases="__all__")
SAMPLES = Path(__file__).resolve().parent.parent / "samples" / "asterisk"


def replay(name: str, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    call_command("replay_ami", str(SAMPLES / name))
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("name", "outcomes"),
    [
        ("answered-and-rejected.ami.log", ["answered", "rejected"]),
        ("abandoned.ami.log", ["abandoned", "abandoned", "abandoned"]),
    ],
)
def test_recorded_calls_end_as_they_did(name: str, outcomes: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    cast(number="+74951230001")
    cast("Луна", number="+78000000000", extension="102")

    printed = replay(name, capsys)

    assert [line["outcome"] for line in printed if "outcome" in line] == outcomes
    assert list(Call.objects.order_by("created_at").values_list("outcome", flat=True)) == outcomes
    assert all(line.get("schema") == "call-event/1" for line in printed if "outcome" not in line)


def test_replaying_twice_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    cast(number="+74951230001")
    replay("abandoned.ami.log", capsys)
    again = replay("abandoned.ami.log", capsys)

    assert {line["result"] for line in again if "result" in line} == {"duplicate"}
    assert Call.objects.count() == 3


def test_calls_on_a_strange_number_are_reported_and_not_stored(capsys: pytest.CaptureFixture[str]) -> None:
    printed = replay("abandoned.ami.log", capsys)

    assert {line["result"] for line in printed if "result" in line} == {"unknown_line"}
    assert not Call.objects.exists()


def test_a_missing_file_is_named() -> None:
    with pytest.raises(CommandError, match=r"nowhere\.log cannot be read"):
        call_command("replay_ami", "nowhere.log")
