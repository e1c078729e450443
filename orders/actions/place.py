"""Placing: order, its secret and its delivery in one transaction; pressing twice is one order."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from callcenter import audit
from callcenter.ids import uuid7
from callcenter.models import Wish
from callcenter.refusals import Refused
from callcenter.secrets.box import phone_hmac
from callcenter.tenancy.unit import after_commit
from orders import forms, live
from orders.access import HeldCall
from orders.models import CallSecret, Delivery, Order, OrderSecret, OrderState
from orders.secrets import CallDetails, Dialog, OrderDetails

MOST_ORDERS = 5
ASAP_EXPIRES_S = 180
WAKE_CHANNEL = "delivery"
KEEP_UNDELIVERED_DAYS = 10
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def marker_of(order: UUID) -> str:
    """Our token for the order in the dispatch program: the id in Crockford's base 32, 26 characters (the form of a
    ULID).
    """
    number, letters = order.int, []
    for _position in range(26):
        number, rest = divmod(number, 32)
        letters.append(_CROCKFORD[rest])
    return "".join(reversed(letters))


def place(held: HeldCall, dialog: Dialog, *, key: UUID, now: datetime | None = None) -> Order:
    """Place the order of the held call (entered exclusively); the same key returns the same order, unless that one was
    refused.
    """
    now = now or timezone.now()
    earlier = (
        Order.objects.filter(service=held.call.service, call=held.call, idempotency_key=key)
        .order_by("-revision")
        .first()
    )
    if earlier is not None and earlier.state not in (OrderState.REJECTED, OrderState.EXPIRED):
        return earlier
    if Order.objects.filter(service=held.call.service, call=held.call).count() >= MOST_ORDERS:
        raise Refused(
            _("This call already has %(count)s orders, which is the most.") % {"count": MOST_ORDERS}, code="too_many"
        )
    details = _read(held, dialog, now=now)
    order = _write(held, details, key=key, revision=earlier.revision + 1 if earlier else 0, now=now)
    live.touch_held()
    after_commit(wake_engine)
    return order


def caller_of(held: HeldCall) -> CallDetails:
    """The caller's number and draft, as far as they are known."""
    row = CallSecret.objects.filter(service=held.call.service, call=held.call, erased_at__isnull=True).first()
    return row.get(CallDetails) if row else CallDetails()


def wake_engine() -> None:
    """Wake the delivery engine: its own statement after commit, since NOTIFY inside a transaction serialises
    commits.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {WAKE_CHANNEL}")


def _read(held: HeldCall, dialog: Dialog, *, now: datetime) -> OrderDetails:
    service = held.call.service
    given = forms.Circumstances(
        caller=caller_of(held).phone,
        country=service.country,
        zone=service.time_zone,
        offered=dict(Wish.objects.filter(service=service).values_list("code", "title")),
    )
    reading = forms.read(dialog, given, now=now)
    if reading.details is None:
        raise Refused(_("Some fields are wrong: correct them and send again."), fields=reading.errors)
    return reading.details


def _write(held: HeldCall, details: OrderDetails, *, key: UUID, revision: int, now: datetime) -> Order:
    service, call, order_id = held.call.service, held.call, uuid7()
    order = Order.objects.create(
        id=order_id,
        service=service,
        call=call,
        idempotency_key=key,
        revision=revision,
        marker=marker_of(order_id),
        phone_hmac=phone_hmac(service.pk, details.phone),
        placed_at=now,
    )
    secret = OrderSecret(
        id=uuid7(), service=service, order=order, call=call, erase_after=now + timedelta(days=KEEP_UNDELIVERED_DAYS)
    )
    secret.put(details)
    secret.save(force_insert=True)
    Delivery.objects.create(service=service, order=order, call=call, next_at=now, expires_at=_expiry(details, now))
    audit.record(service.pk, "order.placed", actor=str(held.person), grant=held.grant, detail={"order": str(order_id)})
    return order


def _expiry(details: OrderDetails, now: datetime) -> datetime:
    """Until when the order is sent without asking a person: three minutes for a car at once, until pick-up for a later
    one.
    """
    soonest = now + timedelta(seconds=ASAP_EXPIRES_S)
    return max(soonest, datetime.fromisoformat(details.pickup_at)) if details.pickup_at else soonest
