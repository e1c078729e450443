"""Call: one inbound call, from offered to ended; what was said about the caller lies encrypted beside it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from callcenter.secrets.rows import SecretRow
from callcenter.tenancy.fields import TenantForeignKey, TenantModel


class CallState(models.TextChoices):
    """The life of a call; `orders.state` holds which change is allowed."""

    OFFERED = "offered", _("Offered")
    QUEUED = "queued", _("Waiting")
    RINGING = "ringing", _("Ringing")
    ANSWERED = "answered", _("Talking")
    ENDED = "ended", _("Ended")


class Disposition(models.IntegerChoices):
    """Why a call ended without an order: one digit after Esc. Zero means that an order was placed."""

    ORDER = 0, _("Order placed")
    PRICE_ONLY = 1, _("Asked for the price only")
    NO_CARS = 2, _("No cars or area not served")
    REFUSED = 3, _("Refused the price or the time")
    STATUS = 4, _("Asked where the car is")
    CANCEL = 5, _("Cancelled an order")
    COMPLAINT = 6, _("Complaint or lost property")
    STAFF = 7, _("Driver or staff")
    DROPPED = 8, _("Connection lost")
    WRONG_NUMBER = 9, _("Wrong number or silence")


def call_states() -> list[tuple[str, str]]:
    """Callable, so that a new state needs no migration."""
    return [(str(state.value), str(state.label)) for state in CallState]


def dispositions() -> list[tuple[int, str]]:
    """Callable, so that a new reason needs no migration."""
    return [(int(item.value), str(item.label)) for item in Disposition]


class Call(TenantModel):
    """One call at one exchange. Times are the exchange's own; empty until the event has come."""

    line = TenantForeignKey("callcenter.Line", related_name="calls")
    instance = models.CharField(max_length=64)
    external_id = models.CharField(max_length=128)
    state = models.CharField(_("State"), max_length=10, choices=call_states, default=CallState.OFFERED)
    scenario_kind = models.CharField(_("Scenario"), max_length=12, default="")
    scenario_reason = models.CharField(_("Why this scenario"), max_length=40, default="")
    seat = models.ForeignKey("callcenter.Seat", models.PROTECT, null=True, related_name="+", db_index=False)
    missed = models.PositiveSmallIntegerField(_("Missed rings"), default=0)
    offered_at = models.DateTimeField(_("Came"), null=True)
    queued_at = models.DateTimeField(_("Waiting since"), null=True)
    ringing_at = models.DateTimeField(_("Rang"), null=True)
    answered_at = models.DateTimeField(_("Answered"), null=True)
    completed_at = models.DateTimeField(_("Talk ended"), null=True)
    ended_at = models.DateTimeField(_("Ended"), null=True)
    outcome = models.CharField(_("Outcome at the exchange"), max_length=16, default="")
    cause = models.PositiveSmallIntegerField(null=True)
    disposition = models.PositiveSmallIntegerField(_("Ending"), null=True, choices=dispositions)
    disposed_at = models.DateTimeField(_("Ending chosen"), null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "instance", "external_id"], name="orders_call_external"),
        ]
        indexes = [
            models.Index(fields=["service", "-created_at"], name="orders_call_recent"),
            models.Index(fields=["-created_at"], name="orders_call_newest"),
            models.Index(fields=["seat", "-created_at"], name="orders_call_seat"),
            models.Index(fields=["instance", "external_id"], name="orders_call_exchange"),
        ]

    @override
    def __str__(self) -> str:
        return str(self.id)


class CallSecret(TenantModel, SecretRow):
    """The caller's number and the draft of the dialog (`orders.secrets.CallDetails`), encrypted."""

    call = TenantForeignKey(Call, models.CASCADE, related_name="secret")

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "call"], name="orders_callsecret_one"),
        ]

    @override
    def __str__(self) -> str:
        return str(self.call_id)


class CallEventSeen(TenantModel):
    """The receipt of one event: a second one with the same id changes nothing."""

    call = TenantForeignKey(Call, models.CASCADE, related_name="events")
    event_id = models.CharField(max_length=128)
    type = models.CharField(max_length=24)
    leg_id = models.CharField(max_length=128, default="")
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "event_id"], name="orders_event_once"),
        ]

    @override
    def __str__(self) -> str:
        return self.type
