"""Grant: the right to see something, for a while, held by a token of which only the hash is here."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from callcenter.ids import uuid7


class GrantKind(models.TextChoices):
    """Kinds of grant; who opens and closes each is written in `docs/architecture.md`."""

    CALL = "call", _("One call")
    TENANT = "tenant", _("One service")
    STAFF = "staff", _("Centre staff")


def grant_choices() -> list[tuple[str, str]]:
    """Callable, so that a new kind needs no migration."""
    return [(str(kind.value), str(kind.label)) for kind in GrantKind]


class Grant(models.Model):
    """Opened by the switch (call) or at login (tenant, staff); the web role can neither read nor write this table.

    A call grant has no token until its seat redeems it; redeeming again rotates the token. `call_id` is a plain UUID
    because calls live in an app above this one; the composite foreign key is made there.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=8, choices=grant_choices)
    token_hash = models.BinaryField(null=True, unique=True)
    service = models.ForeignKey("callcenter.TaxiService", models.PROTECT, null=True, related_name="+", db_index=False)
    person = models.ForeignKey("callcenter.Person", models.PROTECT, related_name="+", db_index=False)
    seat = models.ForeignKey("callcenter.Seat", models.PROTECT, null=True, related_name="+", db_index=False)
    call_id = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    redeemed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    hard_expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=16, default="")

    class Meta:
        indexes = [models.Index(fields=["service", "call_id"], name="callcenter_grant_call")]
        constraints = [
            models.UniqueConstraint(
                fields=["seat"],
                condition=Q(kind="call", closed_at__isnull=True),
                name="callcenter_grant_one_call_per_seat",
            ),
            models.UniqueConstraint(
                fields=["service", "call_id"],
                condition=Q(kind="call", closed_at__isnull=True),
                name="callcenter_grant_one_per_call",
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind="call", service__isnull=False, seat__isnull=False, call_id__isnull=False)
                    | Q(kind="tenant", service__isnull=False, seat__isnull=True, call_id__isnull=True)
                    | Q(kind="staff", service__isnull=True, seat__isnull=True, call_id__isnull=True)
                ),
                name="callcenter_grant_shape",
            ),
        ]

    @override
    def __str__(self) -> str:
        return str(self.id)
