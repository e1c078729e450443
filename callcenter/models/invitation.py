"""Invitation: a link by which a person chooses a password, once."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from callcenter.ids import uuid7


class InvitationPurpose(models.TextChoices):
    """Why the link was made."""

    INVITE = "invite", _("First password")
    RESET = "reset", _("New password")


def purpose_choices() -> list[tuple[str, str]]:
    """Callable, so that a new purpose needs no migration."""
    return [(str(purpose.value), str(purpose.label)) for purpose in InvitationPurpose]


class Invitation(models.Model):
    """Made by `app.invite` alone, used by the login role alone; only the hash of the link is here. At most one per
    person is open.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("callcenter.Person", models.PROTECT, related_name="invitations", db_index=False)
    purpose = models.CharField(max_length=8, choices=purpose_choices)
    token_hash = models.BinaryField(unique=True)
    created_by = models.ForeignKey("callcenter.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "created_at"], name="callcenter_invitation_person")]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(used_at__isnull=True, closed_at__isnull=True),
                name="callcenter_invitation_one_open",
            )
        ]

    @override
    def __str__(self) -> str:
        return str(self.id)
