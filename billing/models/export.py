"""Export: a file that somebody asked for, made by a worker, fetched once by a link."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from billing.models.invoice import Invoice
from callcenter.tenancy.fields import TenantForeignKey, TenantModel


class ExportFormat(models.TextChoices):
    """What can be made of an invoice."""

    PDF = "pdf", _("Invoice, PDF")
    XLSX = "xlsx", _("Invoice with its register, XLSX")
    CSV = "csv", _("Lines, CSV")
    REGISTER = "register", _("Register of orders, CSV")


def export_formats() -> list[tuple[str, str]]:
    """Callable, so that a new format needs no migration."""
    return [(str(made.value), str(made.label)) for made in ExportFormat]


class ExportState(models.TextChoices):
    """How far it is."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Being made")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")


def export_states() -> list[tuple[str, str]]:
    """Callable, so that a new state needs no migration."""
    return [(str(state.value), str(state.label)) for state in ExportState]


class Export(TenantModel):
    """`progress` is a percentage. The file is kept until `expires_at`, whether fetched or not."""

    invoice = TenantForeignKey(Invoice, related_name="exports")
    format = models.CharField(max_length=10, choices=export_formats)
    state = models.CharField(max_length=8, choices=export_states, default=ExportState.QUEUED)
    progress = models.PositiveSmallIntegerField(default=0)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default="")
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["service", "invoice", "-asked_at"], name="billing_export_of_invoice")]
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(condition=Q(progress__lte=100), name="billing_export_percent"),
        ]

    @override
    def __str__(self) -> str:
        return self.format


class ExportFile(TenantModel):
    """The bytes, and the hash of the one token that opens them: only the writer and `app.fetch_export` get in."""

    export = TenantForeignKey(Export, models.CASCADE, related_name="files")
    content = models.BinaryField()
    token_hash = models.BinaryField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "export"], name="billing_exportfile_one"),
        ]

    @override
    def __str__(self) -> str:
        return str(self.export_id)
