"""Connections to dispatch programs and to exchanges."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.core.validators import RegexValidator
from django.db import connection, models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from typing_extensions import override

from callcenter.contracts import Target, Trouble
from callcenter.ids import uuid7
from callcenter.secrets.box import Sealed, seal, unseal
from callcenter.tenancy.fields import TenantForeignKey, TenantModel
from integrations.dispatch.registry import adapter, kinds
from integrations.secrets import ConnectionKey, ExchangeKeys

if TYPE_CHECKING:
    from collections.abc import Sequence

FINGERPRINT = RegexValidator(
    r"^(?:[0-9a-f]{64})?$", _("A fingerprint is 64 hexadecimal digits (SHA-256), without colons.")
)


def dispatch_kinds() -> list[tuple[str, str]]:
    """Callable, so that a new adapter needs no migration."""
    return [(kind, adapter(kind).title) for kind in kinds()]


class Connections(models.Manager["Connection"]):
    """Without the sealed key, which the web role may not read."""

    @override
    def get_queryset(self) -> "models.QuerySet[Connection]":
        return super().get_queryset().defer("ciphertext")


class Connection(TenantModel):
    """Our configured link to the dispatch program of one service. `stored` holds the adapter's own settings."""

    kind = models.CharField(_("dispatch program"), max_length=20, choices=dispatch_kinds)
    base_url = models.CharField(_("address"), max_length=200)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, blank=True, default="", validators=[FINGERPRINT])
    ca_pem = models.TextField(_("certificate"), blank=True, default="")
    private_allowed = models.BooleanField(_("on a private network"), default=False)
    stored = models.JSONField(_("settings"), default=dict)
    most_at_once = models.PositiveSmallIntegerField(_("orders at once"), default=8)
    active = models.BooleanField(_("in use"), default=True)
    key_id = models.UUIDField(null=True)
    ciphertext = models.BinaryField(null=True)

    objects = Connections()
    with_key: "models.Manager[Connection]" = models.Manager()

    class Meta(TenantModel.Meta):
        base_manager_name = "objects"
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["service"], condition=models.Q(active=True), name="integrations_connection_active"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.base_url

    def target(self) -> Target:
        """Where requests of this connection go, and whom they trust."""
        return Target(
            service=self.service_id,
            base_url=self.base_url,
            fingerprint=self.fingerprint,
            ca_pem=self.ca_pem,
            private_allowed=self.private_allowed,
        )

    def put_key(self, key: ConnectionKey) -> None:
        """Seal the key into this row; the caller saves."""
        sealed = seal(key, service=self.service_id, table=self._meta.db_table, row=self.pk, purpose="config")
        self.key_id, self.ciphertext = sealed.key_id, sealed.ciphertext

    def key(self) -> ConnectionKey:
        """Open the sealed key; read without it (`objects`), the row asks for it under the right to the held call."""
        unread = "ciphertext" in self.get_deferred_fields()
        return unseal(
            ConnectionKey,
            _sealed(self.key_id, self._under_the_call() if unread else self.ciphertext),
            service=self.service_id,
            table=self._meta.db_table,
            row=self.pk,
        )

    def _under_the_call(self) -> "bytes | None":
        with connection.cursor() as cursor:
            cursor.execute("SELECT app.call_connection_key(%s)", [self.pk])
            sealed: bytes | None = cursor.fetchone()[0]
        return sealed


class CheckState(models.TextChoices):
    """How a check of a connection ended; beyond these, the troubles of `contracts.Trouble`."""

    WAITING = "waiting", _("Being checked")
    OK = "ok", _("In order")


def check_states() -> list[tuple[str, str]]:
    """Callable, so that a new trouble needs no migration."""
    return [(str(state.value), str(state.label)) for state in CheckState] + [(item, item) for item in Trouble]


class ConnectionCheck(TenantModel):
    """One question put to a dispatch program to learn whether orders can be delivered: nothing but the outcome. Where
    it is in order, `offered` holds the program's own lists (setting: [[value, label], …]) and `abilities` which of its
    requests are there for us (`contracts.Ability` by name).
    """

    connection = TenantForeignKey(Connection, models.CASCADE, related_name="checks")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, choices=check_states, default=CheckState.WAITING)
    reason = models.CharField(max_length=200, default="")
    shown_fingerprint = models.CharField(max_length=64, default="")
    took_ms = models.PositiveIntegerField(null=True)
    offered = models.JSONField(default=dict)
    abilities = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["service", "connection", "asked_at"], name="integrations_check_recent")]

    @override
    def __str__(self) -> str:
        return self.state


class Exchange(models.Model):
    """A telephone exchange that reports calls to us; `name` is its instance in the URL. While its key is being changed,
    the one before is valid too.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.SlugField(pgettext_lazy("of an exchange", "name"), max_length=40, unique=True)
    adapter = models.CharField(_("how it speaks to us"), max_length=20, default="webhook")
    active = models.BooleanField(_("in use"), default=True)
    key_id = models.UUIDField(null=True)
    ciphertext = models.BinaryField(null=True)
    old_key_id = models.UUIDField(null=True)
    old_ciphertext = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("exchange")
        verbose_name_plural = _("exchanges")

    @override
    def __str__(self) -> str:
        return self.name

    def put_keys(self, secrets: "Sequence[str]") -> None:
        """Seal the webhook keys into this row, instead of all before; the caller saves."""
        sealed = self.sealed(secrets)
        self.key_id, self.ciphertext = sealed.key_id, sealed.ciphertext
        self.old_key_id = self.old_ciphertext = None

    def sealed(self, secrets: "Sequence[str]") -> Sealed:
        """Webhook keys as only this row can open them."""
        keys = ExchangeKeys(secrets=tuple(secrets))
        return seal(keys, service=None, table=self._meta.db_table, row=self.pk, purpose="config")

    def keys(self) -> ExchangeKeys:
        """Open the sealed keys, newest first."""
        newest = self._opened(self.key_id, self.ciphertext)
        older = self._opened(self.old_key_id, self.old_ciphertext) if self.old_key_id else ()
        return ExchangeKeys(secrets=(*newest, *older))

    def _opened(self, key_id: UUID | None, ciphertext: "bytes | memoryview[int] | None") -> tuple[str, ...]:
        sealed = _sealed(key_id, ciphertext)
        return unseal(ExchangeKeys, sealed, service=None, table=self._meta.db_table, row=self.pk).secrets


class SeenWebhook(models.Model):
    """A signed request that was taken once; the same id with the same time stamp again is a replay."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    exchange = models.ForeignKey(Exchange, models.CASCADE, related_name="+", db_index=False)
    webhook_id = models.CharField(max_length=128)
    stamp = models.BigIntegerField()
    received_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["exchange", "webhook_id", "stamp"], name="integrations_webhook_once")
        ]

    @override
    def __str__(self) -> str:
        return self.webhook_id


def _sealed(key_id: UUID | None, ciphertext: "bytes | memoryview[int] | None") -> Sealed:
    if key_id is None or ciphertext is None:
        raise ValueError("No key is stored here: enter it in the connection's settings.")
    return Sealed(key_id=key_id, ciphertext=bytes(ciphertext))
