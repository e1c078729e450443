"""Order: what the caller asked for."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from callcenter.secrets.rows import SecretRow
from callcenter.tenancy.fields import TenantForeignKey, TenantModel


class OrderState(models.TextChoices):
    """Where an order is on its way to the service; `unknown` is a state, not an error."""

    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    UNKNOWN = "unknown", _("Being checked with the service")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Not accepted")
    EXPIRED = "expired", _("Not delivered in time")


def order_states() -> list[tuple[str, str]]:
    """Callable, so that a new state needs no migration."""
    return [(str(state.value), str(state.label)) for state in OrderState]


class Order(TenantModel):
    """One order. `idempotency_key` is made when the dialog opens: pressing twice is one order.

    A corrected order after a refusal is the next `revision` under the same key. `number` is the service's own.
    """

    call = TenantForeignKey("orders.Call", related_name="orders")
    idempotency_key = models.UUIDField()
    revision = models.PositiveSmallIntegerField(_("Correction no."), default=0)
    marker = models.CharField(max_length=26)
    state = models.CharField(_("State"), max_length=10, choices=order_states, default=OrderState.QUEUED)
    phrase = models.CharField(max_length=120, default="")
    number = models.CharField(_("Number at the service"), max_length=40, default="")
    phone_hmac = models.BinaryField()
    placed_at = models.DateTimeField(_("Placed"))
    accepted_at = models.DateTimeField(_("Accepted"), null=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "idempotency_key", "revision"], name="orders_order_once"),
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True) | ~models.Q(number=""),
                name="orders_order_accepted_has_number",
            ),
        ]
        indexes = [
            models.Index(fields=["service", "-placed_at"], name="orders_order_recent"),
            models.Index(fields=["-placed_at"], name="orders_order_newest"),
            models.Index(fields=["service", "number"], name="orders_order_number"),
            models.Index(
                fields=["accepted_at"], condition=models.Q(accepted_at__isnull=False), name="orders_order_accepted"
            ),
        ]

    @override
    def __str__(self) -> str:
        return str(self.id)


class OrderSecret(TenantModel, SecretRow):
    """Addresses, phone and note of one order (`orders.secrets.OrderDetails`), encrypted."""

    order = TenantForeignKey(Order, models.CASCADE, related_name="secret")
    call = TenantForeignKey("orders.Call", models.CASCADE, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "order"], name="orders_ordersecret_one"),
        ]

    @override
    def __str__(self) -> str:
        return str(self.order_id)
