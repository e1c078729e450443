"""Rival services whose every personal field carries its owner's marker, and what a run may find of whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils import timezone

from billing.models import Contract, UsageEntry
from callcenter.cookies import hashed
from callcenter.ids import uuid7
from callcenter.models import Clearance, Grant, Line, Person, Scenario, Seat, TaxiService, Workplace
from callcenter.tenancy.catalogue import declared
from integrations.models import Connection
from integrations.secrets import ConnectionKey
from orders.models import Attempt, Call, CallEventSeen, CallSecret, Delivery, Order, OrderSecret
from orders.secrets import CallDetails, Dialog, OrderDetails

SERVICES = 4


@dataclass
class Rival:
    """One service and everything that somebody of it holds."""

    position: int
    service: TaxiService
    mark: str
    phone: str
    seat_secret: str = ""
    call_token: str = ""
    closed_token: str = ""
    manager_token: str = ""
    call: Call = field(default_factory=Call)
    ids: list[UUID] = field(default_factory=list)


def build() -> list[Rival]:
    """Make the rivals; each has a live call with a redeemed grant, an order under way and one that was accepted."""
    return [_rival(position) for position in range(SERVICES)]


def foreign_pattern(rivals: list[Rival], own: Rival) -> re.Pattern[str]:
    """What of the others must never appear: markers, phones and service ids."""
    texts = [
        text for rival in rivals if rival is not own for text in (rival.mark, rival.phone[-9:], str(rival.service.pk))
    ]
    return re.compile("|".join(re.escape(text) for text in texts))


def checksum(services: list[UUID]) -> str:
    """One hash over all rows of these services, in every table that has a service; read as superuser."""
    tables = [table for table in declared() if table not in _WITHOUT_SERVICE and _has_service(table)]
    hashed_rows = (
        "(SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t WHERE {} = ANY(%(s)s))"
    )
    parts = [hashed_rows.format(table, "service_id") for table in tables]
    own = hashed_rows.format("callcenter_taxiservice", "id")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT concat_ws(',', {', '.join([*parts, own])})", {"s": services})
        return str(cursor.fetchone()[0])


def without_floor(act: Callable[[], None]) -> None:
    """Run `act` on a database whose row-level security is switched off and whose tables are open; roll everything
    back.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in declared():
                cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
                cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
            cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO cc_web")
        act()
        transaction.set_rollback(True)


_WITHOUT_SERVICE = {"callcenter_taxiservice"}
_COLUMNS: dict[str, bool] = {}


def _has_service(table: str) -> bool:
    if table not in _COLUMNS:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'service_id'", [table]
            )
            _COLUMNS[table] = cursor.fetchone() is not None
    return _COLUMNS[table]


def _rival(position: int) -> Rival:
    mark, phone = f"MARK{position:02}Z", f"+7955{position:02}12{position:02}7"
    service = TaxiService.objects.create(
        name=f"{mark} Такси", monogram=str(position), hue="teal", greeting=f"{mark} здравствуйте"
    )
    rival = Rival(position=position, service=service, mark=mark, phone=phone)
    line = Line.objects.create(
        service=service, number=f"+7496{position:07}", scenario=Scenario.objects.create(service=service, kind="full")
    )
    seat = _people(rival)
    rival.call = _call(rival, line, seat, "live")
    earlier = _call(rival, line, seat, "earlier", ended=True)
    rival.call_token, rival.closed_token = f"call-token-{position}", f"closed-token-{position}"
    _grant(rival, seat, rival.call, rival.call_token)
    _grant(rival, seat, earlier, rival.closed_token, closed=True)
    queued, accepted = _order(rival, rival.call, "queued"), _order(rival, earlier, "accepted")
    _money_and_links(rival, accepted)
    rival.ids = [service.pk, line.pk, rival.call.pk, earlier.pk, queued.pk, accepted.pk, seat.pk]
    return rival


def _people(rival: Rival) -> Seat:
    number = rival.position
    place = Workplace.objects.create(name=f"{200 + number}", extension=f"{200 + number}")
    operator = Person.objects.create(login=f"op{number}", name=f"Operator {number}", job="operator")
    manager = Person.objects.create(
        login=f"m{number}", name=f"{rival.mark} manager", job="manager", service=rival.service
    )
    day, later = date(2026, 1, 1), date(2036, 1, 1)
    Clearance.objects.create(
        service=rival.service, person=operator, nda_signed_on=day, trained_on=day, valid_from=day, valid_until=later
    )
    rival.seat_secret, rival.manager_token = f"seat-secret-{number}", f"manager-token-{number}"
    now = timezone.now()
    Grant.objects.create(
        kind="tenant", service=rival.service, person=manager, token_hash=hashed(rival.manager_token), opened_at=now,
        expires_at=now + timedelta(hours=2), hard_expires_at=now + timedelta(hours=2),
    )  # fmt: skip
    return Seat.objects.create(
        person=operator,
        workplace=place,
        secret_hash=hashed(rival.seat_secret),
        state="busy",
        state_since=timezone.now(),
    )


def _call(rival: Rival, line: Line, seat: Seat, name: str, *, ended: bool = False) -> Call:
    now = timezone.now()
    call = Call.objects.create(
        service=rival.service, line=line, instance="pbx", external_id=f"{rival.mark}-{name}", seat=seat,
        answered_at=now, state="ended" if ended else "answered", ended_at=now if ended else None, scenario_kind="full",
    )  # fmt: skip
    secret = CallSecret(id=uuid7(), service=rival.service, call=call, erase_after=now + timedelta(days=1))
    secret.put(CallDetails(phone=rival.phone, draft=Dialog(pickup=f"{rival.mark} улица", note=f"{rival.mark} note")))
    secret.save()
    CallEventSeen.objects.create(
        service=rival.service, call=call, event_id=f"{rival.mark}-{name}", type="call.answered", occurred_at=now
    )
    return call


def _grant(rival: Rival, seat: Seat, call: Call, token: str, *, closed: bool = False) -> None:
    now = timezone.now()
    Grant.objects.create(
        kind="call", service=rival.service, person=seat.person, seat=seat, call_id=call.pk, token_hash=hashed(token),
        opened_at=now, redeemed_at=now, expires_at=now + timedelta(hours=1), hard_expires_at=now + timedelta(hours=1),
        closed_at=now if closed else None, close_reason="accepted" if closed else "",
    )  # fmt: skip


def _order(rival: Rival, call: Call, state: str) -> Order:
    now = timezone.now()
    accepted = state == "accepted"
    order = Order.objects.create(
        service=rival.service, call=call, idempotency_key=uuid4(), marker=f"{rival.mark}-{state}", state=state,
        number=f"{rival.mark}-N" if accepted else "", phone_hmac=b"h", placed_at=now, accepted_at=now if accepted else
        None,
    )  # fmt: skip
    secret = OrderSecret(id=uuid7(), service=rival.service, order=order, call=call, erase_after=now + timedelta(days=1))
    secret.put(OrderDetails(phone=rival.phone, pickup=f"{rival.mark} улица"))
    secret.save()
    delivery = Delivery.objects.create(
        service=rival.service,
        order=order,
        call=call,
        next_at=now,
        expires_at=now,
        state="accepted" if accepted else "pending",
    )
    Attempt.objects.create(
        service=rival.service, delivery=delivery, position=1, purpose="place", started_at=now, finished_at=now,
        outcome="unclear", reason=f"{rival.mark} reason",
    )  # fmt: skip
    return order


def _money_and_links(rival: Rival, accepted: Order) -> None:
    contract = Contract.objects.create(
        service=rival.service,
        number=f"{rival.mark}-C",
        series="M",
        tariff_code="PER-ORDER-B",
        starts_on=date(2026, 1, 1),
    )
    UsageEntry.objects.create(
        service=rival.service, contract=contract, order_id=accepted.pk, number=accepted.number,
        placed_at=accepted.placed_at, billing_month=accepted.placed_at.date().replace(day=1),
    )  # fmt: skip
    link = Connection(
        service=rival.service,
        kind="taximaster",
        base_url=f"https://{rival.mark.lower()}.example",
        stored={"time_zone": "Europe/Moscow", "phone_format": "8"},
    )
    link.put_key(ConnectionKey(secret=f"{rival.mark}-key"))
    link.save()
