"""Writing to the audit trail: what may be written, by whom, and in which order."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from callcenter import audit
from callcenter.ids import uuid7
from callcenter.models import AuditEntry, AuditHead, Grant, Person, TaxiService
from callcenter.tenancy.rules import ROLES, WORKER
from callcenter.tenancy.unit import unit
from tests.harness import as_role

KOMET, LUNA = UUID("018f0000-0000-7000-8000-00000000000a"), UUID("018f0000-0000-7000-8000-00000000000b")


@pytest.fixture
def buffer() -> Iterator[None]:
    audit.begin()
    yield
    audit.discard()


def write(*services: UUID | None, action: str = "order.placed") -> None:
    with unit(WORKER):
        for service in services:
            audit.record(service, action, actor="worker", detail={"count": 1})


def places() -> list[tuple[UUID | None, int | None]]:
    return list(AuditEntry.objects.order_by("service", "seq").values_list("service", "seq"))


def test_an_entry_outside_a_unit_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"audit.record\('order.placed'\) outside a unit"):
        audit.record(KOMET, "order.placed", actor="worker")


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (1.5, "audit detail 'why' is a float: only ids, codes and counts go into the trail."),
        ({"phone": 1}, "audit detail 'why' is a dict: only ids, codes and counts go into the trail."),
        (["a"], "audit detail 'why' is a list: only ids, codes and counts go into the trail."),
        (b"a", "audit detail 'why' is a bytes: only ids, codes and counts go into the trail."),
        ("x" * 201, "audit detail 'why' has 201 characters: at most 200 are allowed."),
        ("a\0b", "audit detail 'why' has a character that no text may hold: pass a code instead."),
        ("a\ud800", "audit detail 'why' has a character that no text may hold: pass a code instead."),
        (
            "+79001234567",
            "audit detail 'why' is a telephone number: pass the id of the call or of the order instead.",
        ),
    ],
    ids=["float", "dict", "list", "bytes", "too-long", "nul", "half-a-character", "phone"],
)
def test_only_ids_codes_and_counts_go_into_the_trail(buffer: None, value: object, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError)) as refused:
        audit.record(KOMET, "order.placed", actor="worker", detail={"why": value})  # type: ignore[dict-item]

    assert str(refused.value) == sentence


def test_an_action_and_an_actor_must_fit_their_columns(buffer: None) -> None:
    with pytest.raises(ValueError, match="audit action has 61 characters: at most 60 are allowed"):
        audit.record(KOMET, "a" * 61, actor="worker")
    with pytest.raises(ValueError, match="audit actor has 81 characters: at most 80 are allowed"):
        audit.record(KOMET, "order.placed", actor="a" * 81)


@pytest.mark.django_db
def test_ids_codes_counts_and_flags_are_stored_as_they_are() -> None:
    person, order, grant = uuid7(), uuid7(), uuid7()

    with unit(WORKER):
        detail: dict[str, audit.Plain] = {"order": order, "why": "нет ответа", "count": 3, "again": True, "seat": None}
        audit.record(KOMET, "order.placed", actor=str(person), grant=grant, detail=detail)

    entry = AuditEntry.objects.get()
    assert (entry.service, entry.seq, entry.action, entry.actor, entry.grant) == (
        KOMET, 1, "order.placed", str(person), grant,
    )  # fmt: skip
    assert entry.detail == {"order": str(order), "why": "нет ответа", "count": 3, "again": True, "seat": None}


@pytest.mark.django_db
def test_each_service_and_the_centre_have_a_chain_of_their_own() -> None:
    write(LUNA, KOMET, None, KOMET)
    write(KOMET, None)

    assert places() == [(KOMET, 1), (KOMET, 2), (KOMET, 3), (LUNA, 1), (None, 1), (None, 2)]
    assert list(AuditHead.objects.order_by("chain").values_list("chain", "seq")) == [
        (audit.CENTRE, 2), (KOMET, 3), (LUNA, 1),
    ]  # fmt: skip


@pytest.mark.django_db
def test_entries_are_written_in_one_last_statement_in_the_order_of_the_chains() -> None:
    with CaptureQueriesContext(connection) as queries:
        write(LUNA, KOMET, None, KOMET)

    written = [query["sql"] for query in queries if "callcenter_auditentry" in query["sql"]]
    assert len(written) == 1
    assert written[0].count(str(KOMET)) == 2
    assert written[0].index("NULL") < written[0].index(str(KOMET)) < written[0].index(str(LUNA))


def _write_and_fail() -> None:
    audit.record(KOMET, "order.placed", actor="worker")
    raise ZeroDivisionError


@pytest.mark.django_db
def test_a_unit_that_fails_or_rolls_back_leaves_no_entry() -> None:
    with pytest.raises(ZeroDivisionError), unit(WORKER):
        _write_and_fail()
    with unit(WORKER):
        audit.record(KOMET, "order.placed", actor="worker")
        transaction.set_rollback(True)

    assert places() == []
    with pytest.raises(RuntimeError, match="outside a unit"):
        audit.record(KOMET, "order.placed", actor="worker")


@pytest.mark.django_db
def test_the_database_sets_place_time_and_hash_whatever_the_writer_says() -> None:
    forged = timezone.now() - timedelta(days=400)

    entry = AuditEntry.objects.create(
        service=KOMET, action="a", actor="b", seq=99, at=forged, prev_hash=b"p", hash=b"h", detail={"count": 1}
    )

    stored = AuditEntry.objects.get()
    assert stored.at is not None
    assert (stored.seq, stored.prev_hash is not None and bytes(stored.prev_hash)) == (1, b"")
    assert stored.at > timezone.now() - timedelta(minutes=1)
    micros = int(stored.at.timestamp()) * 1_000_000 + stored.at.microsecond
    fields = [str(KOMET), str(entry.pk), "1", str(micros), "b", "", "a", '{"count": 1}']
    digest = sha256(",".join(f"{len(text)}:{text}" for text in fields).encode()).digest()
    assert bytes(stored.hash or b"") == digest


@pytest.mark.django_db
def test_text_moved_from_one_field_to_the_next_gives_another_hash() -> None:
    def digest(actor: str, action: str) -> bytes:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT app.audit_digest('', %s, row(%s, NULL, 1, 'epoch', %s, NULL, %s, '{}', NULL, NULL))",
                [KOMET, KOMET, actor, action],
            )
            return bytes(cursor.fetchone()[0])

    assert digest("x|-|a", "b") != digest("x", "a|-|b")
    assert digest("x,0:,1:a", "b") != digest("x", "a,1:b")
    assert digest("x", "a") == digest("x", "a")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE callcenter_auditentry SET actor = 'x'",
        "DELETE FROM callcenter_auditentry",
        "TRUNCATE callcenter_auditentry",
    ],
)
def test_even_the_owner_may_not_change_or_remove_an_entry(statement: str) -> None:
    write(KOMET)

    with pytest.raises(DatabaseError, match=r"only ever added to: [A-Z]+ is refused"), transaction.atomic():
        connection.cursor().execute(statement)

    assert places() == [(KOMET, 1)]


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM callcenter_auditentry",
        "SELECT count(*) FROM callcenter_audithead",
        "UPDATE callcenter_audithead SET seq = 0",
        "DELETE FROM callcenter_auditentry",
    ],
)
def test_no_process_may_read_or_change_the_trail(role: str, statement: str) -> None:
    write(KOMET)

    with as_role(role[3:]), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_every_process_may_add_to_the_chain_of_the_centre(role: str) -> None:
    with unit(role):
        audit.record(None, "process.started", actor=role)

    assert places() == [(None, 1)]


def manager_of(service: TaxiService, token: str) -> None:
    person = Person.objects.create(login=token, name=token, job="manager", service=service)
    Grant.objects.create(
        kind="tenant",
        service=service,
        person=person,
        token_hash=sha256(token.encode()).digest(),
        opened_at=timezone.now(),
        expires_at=timezone.now() + timedelta(hours=1),
        hard_expires_at=timezone.now() + timedelta(hours=1),
    )


@pytest.mark.django_db
@pytest.mark.parametrize("closed", [False, True], ids=["open", "just-closed"])
def test_a_request_may_add_to_the_chain_of_its_own_service_only(closed: bool) -> None:
    komet, luna = TaxiService.objects.create(name="Комета"), TaxiService.objects.create(name="Луна")
    manager_of(komet, "token")
    if closed:
        Grant.objects.update(closed_at=timezone.now())

    with unit("cc_web", token="token"):
        audit.record(komet.pk, "order.revealed", actor="manager")
    for service in (luna.pk, uuid7()):
        with pytest.raises(DatabaseError, match="row-level security"), unit("cc_web", token="token"):
            audit.record(service, "order.revealed", actor="manager")

    assert places() == [(komet.pk, 1)]


@pytest.mark.django_db
def test_a_request_without_a_token_may_not_add_to_the_chain_of_a_service() -> None:
    with pytest.raises(DatabaseError, match="row-level security"), unit("cc_web"):
        audit.record(KOMET, "order.revealed", actor="manager")

    assert places() == []


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_leave_chains_without_gaps() -> None:
    def work(number: int) -> None:
        try:
            for _ in range(10):
                write(*((KOMET, None, LUNA) if number % 2 else (LUNA, KOMET, None)))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert places() == [(chain, seq) for chain in (KOMET, LUNA, None) for seq in range(1, 41)]
    assert [audit.verify(chain) for chain in audit.chains()] == [None, None, None]
