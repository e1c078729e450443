"""What happens in the dialog besides placing: taking the call's data, keeping the draft, showing the number, leaving
without an order.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from callcenter import audit, phone
from callcenter.cookies import hashed, new_secret
from callcenter.models import Notice, Wish
from callcenter.refusals import NotHere, Refused
from callcenter.tenancy.unit import set_context
from orders import live
from orders.access import HeldCall, Here, held_call
from orders.actions.place import caller_of
from orders.models import Call, CallSecret, Disposition, Order
from orders.secrets import CallDetails, Dialog
from orders.state import ON_THE_WAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What the page gets when it redeems: the token crosses this one response and nothing else."""

    token: str
    call: Call
    expires_at: datetime
    phone_masked: str
    idempotency_key: UUID
    draft: Dialog
    wishes: tuple[Wish, ...]
    notice: Notice | None


def redeem(seat: Here, call_id: UUID) -> Opened:
    """Give the seat's browser a new token for the call it answered; an older token of the same call dies."""
    token = new_secret()
    with connection.cursor() as cursor:
        cursor.execute("SELECT grant_id, service_id, expires_at FROM app.redeem(%s, %s)", [call_id, hashed(token)])
        row = cursor.fetchone()
    if row is None:
        raise NotHere()
    set_context(connection, token=token)
    held = held_call(call_id)
    details = caller_of(held)
    audit.record(
        held.call.service_id, "grant.redeemed", actor=str(seat.person), grant=row[0], detail={"call": str(call_id)}
    )
    return Opened(
        token=token,
        call=held.call,
        expires_at=row[2],
        phone_masked=phone.mask(details.phone),
        idempotency_key=uuid5(call_id, "order"),
        draft=details.draft,
        wishes=tuple(Wish.objects.filter(service=held.call.service).order_by("digit")),
        notice=_notice(held.call.service_id),
    )


def _notice(service: UUID) -> Notice | None:
    """What the service has to tell just now; of several the one that began last."""
    now = timezone.now()
    told = Notice.objects.filter(service=service, starts_at__lte=now, ends_at__gt=now)
    return told.order_by("-starts_at").first()


def keep_draft(held: HeldCall, dialog: Dialog) -> None:
    """Store the draft encrypted beside the call, so that a reload loses nothing."""
    row = CallSecret.objects.filter(service=held.call.service, call=held.call, erased_at__isnull=True).first()
    if row is None:
        return
    row.put(CallDetails(phone=row.get(CallDetails).phone, draft=dialog))
    row.save(update_fields=["key_id", "ciphertext"])


def reveal(held: HeldCall) -> str:
    """Show the caller's whole number, which is written to the audit trail."""
    audit.record(
        held.call.service_id,
        "phone.revealed",
        actor=str(held.person),
        grant=held.grant,
        detail={"call": str(held.call.pk)},
    )
    return caller_of(held).phone


def leave(held: HeldCall, reason: int, *, now: datetime | None = None) -> None:
    """End the dialog: with the reason, or with "order placed" when one is on its way. The right to the call ends
    here.
    """
    if reason not in Disposition.values:
        raise Refused(
            _("%(value)s is not a reason: choose 1 to 9.") % {"value": reason},
            fields={"reason": _("Choose 1 to 9.")},
            code="reason",
        )
    placed = Order.objects.filter(
        service=held.call.service, call=held.call, state__in=[*ON_THE_WAY, "accepted"]
    ).exists()
    if reason == Disposition.ORDER and not placed:
        raise Refused(_("There is no order in this call: choose 1 to 9."), code="reason")
    Call.objects.filter(pk=held.call.pk).update(
        disposition=Disposition.ORDER if placed else reason, disposed_at=now or timezone.now()
    )
    audit.record(
        held.call.service_id,
        "call.left",
        actor=str(held.person),
        grant=held.grant,
        detail={"call": str(held.call.pk), "reason": reason},
    )
    live.touch_held()
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.close_held_grant('left')")
