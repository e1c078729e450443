"""Delivery: the journey of one order to the dispatch program, and its attempts. This table is the queue of truth."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from callcenter.tenancy.fields import TenantForeignKey, TenantModel


class DeliveryState(models.TextChoices):
    """`pending` and `unknown` are claimed when due; `review` and `expired` wait for a person; the rest are final."""

    PENDING = "pending", _("To be sent")
    SENDING = "sending", _("Being sent")
    UNKNOWN = "unknown", _("Outcome unknown")
    RESOLVING = "resolving", _("Being looked up")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Refused")
    REVIEW = "review", _("For a person to decide")
    EXPIRED = "expired", _("Too late to send by itself")


def delivery_states() -> list[tuple[str, str]]:
    """Callable, so that a new state needs no migration."""
    return [(str(state.value), str(state.label)) for state in DeliveryState]


class Delivery(TenantModel):
    """One row per order. A claimed row carries the engine that holds it (`owner`, an advisory lock key) and the
    claim's hash.
    """

    order = TenantForeignKey("orders.Order", models.CASCADE, related_name="delivery")
    call = TenantForeignKey("orders.Call", models.CASCADE, related_name="+")
    state = models.CharField(_("State"), max_length=10, choices=delivery_states, default=DeliveryState.PENDING)
    next_at = models.DateTimeField(_("Next try"))
    expires_at = models.DateTimeField(_("Tried until"))
    attempts = models.PositiveSmallIntegerField(_("Tries"), default=0)
    sends = models.PositiveSmallIntegerField(_("Sent"), default=0)
    searches = models.PositiveSmallIntegerField(_("Looked for"), default=0)
    first_sent_at = models.DateTimeField(null=True)
    owner = models.BigIntegerField(null=True)
    claim_hash = models.BinaryField(null=True)
    found_by = models.CharField(_("Found by"), max_length=8, default="")
    created_at = models.DateTimeField(_("Placed"), auto_now_add=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "order"], name="orders_delivery_one"),
        ]
        indexes = [
            models.Index(fields=["service", "-created_at"], name="orders_delivery_recent"),
            models.Index(fields=["-created_at"], name="orders_delivery_newest"),
            models.Index(
                fields=["state"], condition=models.Q(state__in=["review", "expired"]), name="orders_delivery_waiting"
            ),
            models.Index(
                fields=["next_at"], condition=models.Q(state__in=["pending", "unknown"]), name="orders_delivery_due"
            ),
            models.Index(fields=["owner"], condition=models.Q(owner__isnull=False), name="orders_delivery_owned"),
            models.Index(
                fields=["claim_hash"], condition=models.Q(claim_hash__isnull=False), name="orders_delivery_claim"
            ),
        ]

    @override
    def __str__(self) -> str:
        return str(self.id)


class Attempt(TenantModel):
    """One try: what was asked, how it ended; codes and durations only, nothing personal."""

    delivery = TenantForeignKey(Delivery, models.CASCADE, related_name="tries")
    position = models.PositiveSmallIntegerField(_("No."))
    purpose = models.CharField(max_length=8)
    started_at = models.DateTimeField(_("Began"))
    finished_at = models.DateTimeField()
    outcome = models.CharField(max_length=16)
    code = models.CharField(_("Code"), max_length=20, default="")
    reason = models.CharField(_("Reason"), max_length=200, default="")

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "delivery", "position"], name="orders_attempt_position"),
        ]

    @override
    def __str__(self) -> str:
        return self.outcome
