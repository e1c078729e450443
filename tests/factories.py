"""The cast of the tests: rival services, their people and rights, and what happens between them.

Plain functions that write one thing each; `make_rival` and `make_centre` put a whole world together. Everything that
belongs to a service carries its marker (`MARK07Z`), everything sealed carries `MARK07Z-SECRET`, and every secret that
a browser would hold is known. Written as superuser, outside of any unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from billing.models import Contract, Export, ExportFile, Invoice, InvoiceLine, InvoiceSeries, Seller, UsageEntry
from callcenter.api.credentials import new_key
from callcenter.cookies import hashed
from callcenter.ids import uuid7
from callcenter.models import (
    AuditEntry,
    Clearance,
    Credential,
    Grant,
    Invitation,
    Line,
    Notice,
    Person,
    ProgramKey,
    Scenario,
    Scope,
    Seat,
    TaxiService,
    Wish,
    Workplace,
)
from integrations.models import Connection, ConnectionCheck, Exchange, SeenWebhook
from integrations.secrets import ConnectionKey
from orders.models import Attempt, Call, CallEventSeen, CallSecret, Delivery, Order, OrderSecret
from orders.secrets import CallDetails, Dialog, OrderDetails

PASSWORD = "the cast's password"
EXCHANGE, EXCHANGE_SECRET = "pbx", "exchange-secret-0123456789abcdef"
FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2036, 1, 1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """An operator at a workplace, and the secret that this browser holds."""

    person: Person
    seat: Seat
    secret: str


@dataclass(frozen=True, kw_only=True)
class Rival:
    """One service and whoever holds a right to it.

    The first desk talks (`answered`, redeemed with `call_token`) and had an earlier call whose order was accepted
    (`closed_token`); the second one rings (`ringing`, no right yet) and had a call whose right has lapsed
    (`expired_token`).
    """

    position: int
    mark: str
    phone: str
    service: TaxiService
    line: Line
    desk: Desk
    second: Desk
    answered: Call
    ringing: Call
    queued: Order
    accepted: Order
    call_token: str
    closed_token: str
    expired_token: str
    manager: Person
    manager_token: str
    expired_manager_token: str
    key: str
    revoked_key: str
    wish: str

    @property
    def sealed(self) -> str:
        """What stands in everything sealed of this service."""
        return f"{self.mark}-SECRET"


@dataclass(frozen=True, kw_only=True)
class Centre:
    """The centre's own people and their tokens, by job; an operator cleared for nobody; the exchange."""

    people: dict[str, Person]
    tokens: dict[str, str]
    stranger: Desk
    exchange: Exchange


def mark_of(position: int) -> str:
    return f"MARK{position:02}Z"


def phone_of(position: int) -> str:
    return f"+7955{position:02}12{position:02}7"


def make_rivals(count: int = 3) -> list[Rival]:
    """Make services that must know nothing of one another."""
    return [make_rival(position) for position in range(count)]


def make_service(position: int = 0, *, active: bool = True) -> TaxiService:
    mark = mark_of(position)
    return TaxiService.objects.create(
        name=f"{mark} Такси", monogram=str(position)[:2], hue="teal", greeting=f"{mark} здравствуйте", active=active
    )


def make_line(service: TaxiService, number: str) -> Line:
    """A dialled number with a scenario of its own that is always in force."""
    scenario = Scenario.objects.create(service=service, kind="full")
    return Line.objects.create(service=service, number=number, scenario=scenario)


def make_person(login: str, *, job: str = "operator", service: TaxiService | None = None, name: str = "") -> Person:
    """Somebody who can log in with `PASSWORD`."""
    person = Person.objects.create(login=login, name=name or login, job=job, service=service)
    Credential.objects.create(person=person, password=make_password(PASSWORD))
    return person


def clear(person: Person, service: TaxiService) -> Clearance:
    """Let the operator take calls of the service."""
    return Clearance.objects.create(
        service=service, person=person, nda_signed_on=FIRST_DAY, trained_on=FIRST_DAY, valid_from=FIRST_DAY,
        valid_until=LAST_DAY,
    )  # fmt: skip


def make_desk(person: Person, extension: str, *, state: str = "ready") -> Desk:
    """Seat the operator at a new workplace; the seat's secret is known."""
    place = Workplace.objects.create(name=f"desk {extension}", extension=extension)
    Person.objects.filter(pk=person.pk).update(usual_workplace=place)
    secret = f"seat-secret-{extension}"
    seat = Seat.objects.create(
        person=person, workplace=place, secret_hash=hashed(secret), state=state, state_since=timezone.now()
    )
    return Desk(person=person, seat=seat, secret=secret)


def open_grant(
    token: str, person: Person, *, kind: str = "call", service: TaxiService | None = None, seat: Seat | None = None,
    call: Call | None = None, closed: bool = False, expired: bool = False,
) -> Grant:  # fmt: skip
    """A right held with this token; `call` names service and kind by itself."""
    now = timezone.now()
    ends = now - timedelta(seconds=1) if expired else now + HOUR
    return Grant.objects.create(
        kind=kind, service=call.service if call else service, person=person, seat=seat,
        call_id=call.pk if call else None, token_hash=hashed(token), opened_at=now - HOUR, redeemed_at=now - HOUR,
        expires_at=ends, hard_expires_at=now + HOUR, closed_at=now if closed else None,
        close_reason="accepted" if closed else "",
    )  # fmt: skip


def make_call(line: Line, desk: Desk, position: int, *, state: str = "answered") -> Call:
    """A call with the caller's sealed number and draft, and the receipt of its last event."""
    now, mark = timezone.now(), mark_of(position)
    call = Call.objects.create(
        service=line.service, line=line, instance=EXCHANGE, external_id=f"{mark}-{uuid4().hex}", seat=desk.seat,
        state=state, scenario_kind="full", ringing_at=now, answered_at=None if state == "ringing" else now,
        ended_at=now if state == "ended" else None,
    )  # fmt: skip
    draft = Dialog(pickup=f"{mark}-SECRET улица", destination=f"{mark}-SECRET вокзал", note=f"{mark}-SECRET код")
    secret = CallSecret(id=uuid7(), service=line.service, call=call, erase_after=now + HOUR)
    secret.put(CallDetails(phone=phone_of(position), draft=draft))
    secret.save(force_insert=True)
    CallEventSeen.objects.create(
        service=line.service, call=call, event_id=call.external_id, type=f"call.{state}", occurred_at=now
    )
    return call


def make_order(call: Call, position: int, *, state: str = "queued") -> Order:
    """An order with its sealed details, its delivery and one attempt."""
    now, mark, accepted = timezone.now(), mark_of(position), state == "accepted"
    order = Order.objects.create(
        service=call.service, call=call, idempotency_key=uuid4(), marker=f"{mark}-{state}", state=state,
        phrase=f"{mark} phrase", number=f"{mark}-N" if accepted else "", phone_hmac=mark.encode(), placed_at=now,
        accepted_at=now if accepted else None,
    )  # fmt: skip
    secret = OrderSecret(id=uuid7(), service=call.service, order=order, call=call, erase_after=now + HOUR)
    secret.put(OrderDetails(phone=phone_of(position), pickup=f"{mark}-SECRET улица", note=f"{mark}-SECRET код"))
    secret.save(force_insert=True)
    delivery = Delivery.objects.create(
        service=call.service, order=order, call=call, next_at=now, expires_at=now + HOUR,
        state="accepted" if accepted else "pending",
    )  # fmt: skip
    Attempt.objects.create(
        service=call.service, delivery=delivery, position=1, purpose="place", started_at=now, finished_at=now,
        outcome="unclear", reason=f"{mark} reason",
    )  # fmt: skip
    return order


@transaction.atomic
def make_invoice(order: Order, position: int) -> Invoice:
    """A contract whose only order is this one, counted and billed."""
    service, mark, month = order.service, mark_of(position), order.placed_at.date().replace(day=1)
    contract = Contract.objects.create(
        service=service, number=f"{mark}-C", series="M", tariff_code="PER-ORDER-B", starts_on=FIRST_DAY
    )
    InvoiceSeries.objects.create(service=service, contract=contract, last_number=1)
    UsageEntry.objects.create(
        service=service, contract=contract, order_id=order.pk, number=order.number, placed_at=order.placed_at,
        billing_month=month,
    )  # fmt: skip
    invoice = uuid7()
    InvoiceLine.objects.create(
        service=service, invoice_id=invoice, position=1, title=f"{mark} line", quantity=1, rate="25", amount="25"
    )
    made = Invoice.objects.create(
        id=invoice, service=service, contract=contract, number=f"{mark}-1", month=month, tariff_code="PER-ORDER-B",
        orders=1, total="25", currency="RUB", input_hash=mark, closed_at=order.placed_at,
    )  # fmt: skip
    export = Export.objects.create(
        id=uuid7(), service=service, invoice=made, format="csv", state="done", asked_by=uuid7(),
        expires_at=timezone.now() + HOUR,
    )  # fmt: skip
    ExportFile.objects.create(id=uuid7(), service=service, export=export, content=f"{mark}-SECRET".encode())
    return made


def make_seller() -> Seller:
    """The centre's own requisites."""
    return Seller.objects.create(
        since=FIRST_DAY, name="Centre", inn="7707083893", address="x", bank="x", bik="044525225", account="0" * 20,
        correspondent="0" * 20, director="x", accountant="x",
    )  # fmt: skip


def make_wish(service: TaxiService, position: int, *, digit: int = 1) -> Wish:
    """One wish that the dialog of the service offers, and what the service has to tell just now."""
    mark, now = mark_of(position), timezone.now()
    Notice.objects.create(service=service, text=f"{mark} notice", starts_at=now - HOUR, ends_at=now + HOUR)
    return Wish.objects.create(service=service, digit=digit, title=f"{mark} wish", code=str(10 * position + digit))


def make_key(
    service: TaxiService, *scopes: str, label: str = "a program", revoked: bool = False, expired: bool = False
) -> str:
    """A key of the service's programs that opens these scopes, or everything; the key itself."""
    now, public_id = timezone.now(), uuid7()
    text = new_key(public_id)
    ProgramKey.objects.create(
        id=public_id, service=service, label=label, scopes=" ".join(scopes or Scope.values), secret_hash=hashed(text),
        created_at=now - HOUR, expires_at=now if expired else None, revoked_at=now if revoked else None,
    )  # fmt: skip
    return text


def make_connection(service: TaxiService, position: int, *, base_url: str = "") -> Connection:
    """The link to a Taxi-Master server."""
    mark = mark_of(position)
    link = Connection(
        service=service, kind="taximaster", base_url=base_url or f"https://{mark.lower()}.example",
        private_allowed=bool(base_url), stored={"time_zone": "Europe/Moscow", "phone_format": "8", "recent_days": 30},
    )  # fmt: skip
    link.put_key(ConnectionKey(secret=f"{mark}-SECRET"))
    link.save(force_insert=True)
    now = timezone.now()
    ConnectionCheck.objects.create(
        service=service, connection=link, asked_at=now, finished_at=now, state="ok", reason=f"{mark} reason"
    )
    return link


def invite(person: Person, token: str, *, hours: int = 48) -> Invitation:
    """An open link with this token by which the person may choose a password."""
    now = timezone.now()
    return Invitation.objects.create(
        person=person, purpose="reset", token_hash=hashed(token), created_at=now, expires_at=now + hours * HOUR
    )


def make_exchange(name: str = EXCHANGE) -> Exchange:
    """A telephone exchange that signs with `EXCHANGE_SECRET`, and one request it has sent."""
    exchange = Exchange(name=name)
    exchange.put_keys([EXCHANGE_SECRET])
    exchange.save(force_insert=True)
    SeenWebhook.objects.create(exchange=exchange, webhook_id="w0", stamp=1)
    return exchange


def make_centre() -> Centre:
    """The people above all services, and the operator who was never cleared."""
    people = {job: make_person(job, job=job) for job in ("supervisor", "accountant", "admin")}
    tokens = {job: f"{job}-token" for job in people}
    for job, person in people.items():
        open_grant(tokens[job], person, kind="staff")
    stranger = make_desk(make_person("stranger"), "900", state="break")
    invite(stranger.person, "invitation-token")
    make_seller()
    return Centre(people=people, tokens=tokens, stranger=stranger, exchange=make_exchange())


def make_rival(position: int) -> Rival:
    """One service with everything that a service can have."""
    mark, service = mark_of(position), make_service(position)
    line = make_line(service, f"+7496{position:07}")
    desk, second = (_operator(service, position, place) for place in (1, 2))
    answered, earlier = (make_call(line, desk, position, state=state) for state in ("answered", "ended"))
    ringing, lapsed = (make_call(line, second, position, state=state) for state in ("ringing", "ended"))
    names = ("call", "closed", "expired", "manager", "expired-manager")
    tokens = {name: f"{name}-token-{position}" for name in names}
    open_grant(tokens["call"], desk.person, seat=desk.seat, call=answered)
    open_grant(tokens["closed"], desk.person, seat=desk.seat, call=earlier, closed=True)
    open_grant(tokens["expired"], second.person, seat=second.seat, call=lapsed, expired=True)
    manager = make_person(f"m{position}", job="manager", service=service, name=f"{mark} manager")
    open_grant(tokens["manager"], manager, kind="tenant", service=service)
    open_grant(tokens["expired-manager"], manager, kind="tenant", service=service, expired=True)
    queued, accepted = make_order(answered, position), make_order(earlier, position, state="accepted")
    make_invoice(accepted, position)
    make_connection(service, position)
    AuditEntry.objects.create(service=service.pk, actor=mark, action="order.placed", detail={"order": str(queued.pk)})
    key, revoked = (make_key(service, label=f"{mark} program", revoked=ended) for ended in (False, True))
    return Rival(
        position=position, mark=mark, phone=phone_of(position), service=service, line=line, desk=desk, second=second,
        answered=answered, ringing=ringing, queued=queued, accepted=accepted, call_token=tokens["call"],
        closed_token=tokens["closed"], expired_token=tokens["expired"], manager=manager,
        manager_token=tokens["manager"], expired_manager_token=tokens["expired-manager"],
        key=key, revoked_key=revoked, wish=make_wish(service, position).code,
    )  # fmt: skip


def ids_of(rival: Rival) -> list[UUID]:
    """Ids with which somebody else may try."""
    rows = (rival.service, rival.line, rival.answered, rival.ringing, rival.queued, rival.accepted, rival.desk.seat)
    return [*(row.pk for row in rows), rival.desk.person.pk, rival.manager.pk]


def _operator(service: TaxiService, position: int, place: int) -> Desk:
    person = make_person(f"op{position}-{place}", name=f"{mark_of(position)} operator")
    clear(person, service)
    return make_desk(person, f"{position + 1}0{place}", state="busy")
