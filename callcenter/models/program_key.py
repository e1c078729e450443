"""ProgramKey: by which a service's own programs read what is the service's."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from callcenter.tenancy.fields import TenantModel


class Scope(models.TextChoices):
    """What a key opens; the matrices name a scope in every rule that lets a program in (`rules.by_key`)."""

    CALLS = "calls", _("Calls")
    ORDERS = "orders", _("Orders")
    DELIVERIES = "deliveries", _("Deliveries")
    INVOICES = "invoices", _("Invoices and usage")


class ProgramKey(TenantModel):
    """Belongs to the service and to no person: it outlives whoever made it, and ends with the service.

    The id is the public part of the key; of the rest only the SHA-256 is here. `scopes` are words with spaces between.
    """

    label = models.CharField(_("label"), max_length=60)
    scopes = models.CharField(_("opens"), max_length=60)
    secret_hash = models.BinaryField()
    created_by = models.ForeignKey("callcenter.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(_("since"))
    expires_at = models.DateTimeField(_("until"), null=True)
    last_used_on = models.DateField(_("last used"), null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(condition=~Q(scopes=""), name="callcenter_programkey_opens_something"),
        ]

    @override
    def __str__(self) -> str:
        return self.label
