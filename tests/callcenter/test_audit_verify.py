"""Whoever changes the audit trail afterwards is found out, whatever rights they had."""

import json
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from callcenter import audit
from callcenter.audit import CENTRE, Broken
from callcenter.models import AuditEntry
from callcenter.tenancy.rules import WORKER
from callcenter.tenancy.unit import unit
from tests.harness import as_role

KOMET, LUNA = UUID("018f0000-0000-7000-8000-00000000000a"), UUID("018f0000-0000-7000-8000-00000000000b")
pytestmark = pytest.mark.django_db


def write(service: UUID | None, count: int) -> None:
    with unit(WORKER):
        for number in range(1, count + 1):
            audit.record(service, "order.placed", actor="worker", detail={"number": number, "why": "нет ответа"})


def tamper(sql: str, *params: Any) -> None:
    """Write as somebody who has every right and passes by the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, params)
        cursor.execute("SET LOCAL session_replication_role = origin")


def run(*arguments: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def trail() -> None:
    write(KOMET, 5)
    write(LUNA, 3)
    write(None, 2)


def test_untouched_chains_hold(trail: None) -> None:
    assert audit.chains() == [CENTRE, KOMET, LUNA]
    assert [audit.verify(chain) for chain in audit.chains()] == [None, None, None]


def test_a_chain_longer_than_a_page_holds(trail: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PAGE", 2)

    assert audit.verify(KOMET) is None
    tamper("UPDATE callcenter_auditentry SET action = 'x' WHERE service = %s AND seq = 5", KOMET)
    assert audit.verify(KOMET) == Broken(KOMET, 5, "altered")


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'somebody'",
        "action = 'order.revealed'",
        "detail = '{\"number\": 4}'",
        "\"grant\" = '018f0000-0000-7000-8000-000000000001'",
        "at = at + interval '1 microsecond'",
        "id = '018f0000-0000-7000-8000-000000000001'",
        "prev_hash = ''",
        "hash = sha256('x')",
        "actor = '', action = 'worker' || action",
    ],
)
def test_an_edited_entry_is_found_at_its_place(trail: None, change: str) -> None:
    tamper(f"UPDATE callcenter_auditentry SET {change} WHERE service = %s AND seq = 3", KOMET)

    assert audit.verify(KOMET) == Broken(KOMET, 3, "altered")
    assert audit.verify(LUNA) is None


@pytest.mark.parametrize("seq", [1, 3])
def test_a_deleted_entry_is_found_at_its_place(trail: None, seq: int) -> None:
    tamper("DELETE FROM callcenter_auditentry WHERE service = %s AND seq = %s", KOMET, seq)

    assert audit.verify(KOMET) == Broken(KOMET, seq, "missing")


def test_a_deleted_entry_is_found_although_the_rest_was_renumbered(trail: None) -> None:
    tamper("DELETE FROM callcenter_auditentry WHERE service = %s AND seq = 3", KOMET)
    tamper("UPDATE callcenter_auditentry SET seq = 3 WHERE service = %s AND seq = 4", KOMET)

    assert audit.verify(KOMET) == Broken(KOMET, 3, "altered")


@pytest.mark.parametrize(("kept", "broken"), [(3, 4), (0, 1)], ids=["the-tail", "everything"])
def test_a_cut_off_end_is_found(trail: None, kept: int, broken: int) -> None:
    tamper("DELETE FROM callcenter_auditentry WHERE service = %s AND seq > %s", KOMET, kept)

    assert audit.verify(KOMET) == Broken(KOMET, broken, "cut off")


def test_two_entries_never_have_one_place(trail: None) -> None:
    with pytest.raises(IntegrityError, match="callcenter_auditentry_place"), transaction.atomic():
        tamper("UPDATE callcenter_auditentry SET service = %s WHERE service = %s AND seq = 3", LUNA, KOMET)


def test_an_entry_beyond_the_head_is_found(trail: None) -> None:
    tamper("UPDATE callcenter_auditentry SET service = %s, seq = 4 WHERE service = %s AND seq = 5", LUNA, KOMET)

    assert audit.verify(LUNA) == Broken(LUNA, 3, "head")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("DELETE FROM callcenter_audithead WHERE chain = %s", Broken(KOMET, 0, "head")),
        ("UPDATE callcenter_audithead SET hash = sha256('x') WHERE chain = %s", Broken(KOMET, 5, "head")),
        ("UPDATE callcenter_audithead SET seq = 6 WHERE chain = %s", Broken(KOMET, 6, "cut off")),
        ("UPDATE callcenter_audithead SET seq = 4 WHERE chain = %s", Broken(KOMET, 4, "head")),
    ],
    ids=["removed", "other-hash", "ahead", "behind"],
)
def test_a_changed_head_is_found(trail: None, change: str, found: Broken) -> None:
    tamper(change, KOMET)

    assert audit.verify(KOMET) == found


def rewrite(service: UUID, after: int) -> None:
    """Forge the end of a chain anew, head included, so that it holds in itself."""
    tamper("DELETE FROM callcenter_auditentry WHERE service = %s AND seq > %s", service, after)
    tamper(
        "UPDATE callcenter_audithead h SET seq = %s, hash = coalesce((SELECT e.hash FROM callcenter_auditentry e "
        "WHERE e.service = h.chain AND e.seq = %s), '') WHERE h.chain = %s",
        after, after, service,
    )  # fmt: skip


def test_a_chain_that_was_forged_whole_is_found_by_its_anchor(trail: None) -> None:
    anchored = {end.chain: {end.seq: end.hash} for end in audit.anchors()}
    rewrite(KOMET, 3)
    cut = audit.verify(KOMET, anchored=anchored[KOMET])
    write(KOMET, 4)

    assert cut == Broken(KOMET, 4, "cut off")
    assert audit.verify(KOMET) is None
    assert audit.verify(KOMET, anchored=anchored[KOMET]) == Broken(KOMET, 5, "replaced")
    assert audit.verify(LUNA, anchored=anchored[LUNA]) is None


def test_the_time_zone_of_the_session_changes_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Vladivostok'")
        write(KOMET, 2)
        assert audit.verify(KOMET) is None
        cursor.execute("SET LOCAL TIME ZONE 'America/New_York'")
        assert audit.verify(KOMET) is None
        write(KOMET, 1)
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")

    assert audit.verify(KOMET) is None
    assert AuditEntry.objects.count() == 3


def test_the_commands_anchor_the_chains_and_find_the_forgery(trail: None, tmp_path: Path) -> None:
    file = tmp_path / "anchors.jsonl"

    with as_role("worker"):
        first = run("anchor_audit", "--out", file)
    write(LUNA, 1)
    run("anchor_audit", "--out", file)

    assert first == f"3 chains anchored in {file}.\n"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(line["chain"], line["seq"]) for line in lines] == [
        (str(CENTRE), 2), (str(KOMET), 5), (str(LUNA), 3), (str(CENTRE), 2), (str(KOMET), 5), (str(LUNA), 4),
    ]  # fmt: skip
    assert run("verify_audit", "--anchors", file) == "3 chains hold; 4 anchors compared.\n"

    rewrite(LUNA, 2)
    rewrite(KOMET, 0)
    tamper("DELETE FROM callcenter_audithead WHERE chain = %s", KOMET)
    assert run("verify_audit") == "2 chains hold; 0 anchors compared.\n"
    with pytest.raises(CommandError) as refused:
        run("verify_audit", "--anchors", file)
    assert str(refused.value).splitlines() == [
        "The audit trail does not hold:",
        f"- chain {KOMET}, entry 1: the end was cut off from here",
        f"- chain {LUNA}, entry 3: the end was cut off from here",
    ]


@pytest.mark.parametrize("line", ["[]", "{}", "x", '{"chain": 1, "seq": 1, "hash": "00"}'])
def test_a_line_that_is_no_anchor_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "anchors.jsonl"
    file.write_text(f'{{"chain": "{KOMET}", "seq": 1, "hash": "00"}}\n{line}\n')

    with pytest.raises(CommandError, match="line 2 is no anchor: a JSON object with chain, seq and hash is expected"):
        run("verify_audit", "--anchors", file)


def test_anchors_that_contradict_each_other_are_named(tmp_path: Path) -> None:
    file = tmp_path / "anchors.jsonl"
    file.write_text("".join(f'{{"chain": "{KOMET}", "seq": 1, "hash": "{digest}"}}\n' for digest in ("00", "01")))

    with pytest.raises(CommandError, match=f"line 2 contradicts an earlier line on entry 1 of chain {KOMET}"):
        run("verify_audit", "--anchors", file)


def test_a_file_that_cannot_be_written_or_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        run("anchor_audit", "--out", tmp_path / "no" / "anchors.jsonl")
    with pytest.raises(CommandError, match="cannot be read as anchors"):
        run("verify_audit", "--anchors", tmp_path / "anchors.jsonl")


def test_a_process_that_may_not_read_the_trail_is_told_which_role_may(trail: None) -> None:
    with (
        as_role("worker"),
        pytest.raises(CommandError, match="run this with CALLCENTER_ROLE=migrate"),
        transaction.atomic(),
    ):
        run("verify_audit")
