"""Files for people: asked for in a page, made by the billing worker, fetched once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from time import monotonic
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone, translation

from billing.exports.csv import invoice_csv
from billing.exports.pdf import invoice_pdf
from billing.exports.register import Progress, in_unit, register_csv
from billing.exports.xlsx import invoice_xlsx
from billing.models import Export, ExportFile, ExportFormat, ExportState, Invoice
from callcenter import audit
from callcenter.cookies import hashed, new_secret
from callcenter.ids import uuid7
from callcenter.tenancy.rules import BILLING
from callcenter.tenancy.unit import after_commit, unit

KEPT = timedelta(hours=24)
STUCK = timedelta(minutes=10)
LOST = timedelta(minutes=1)
TOLD_EVERY_S = 1
MOST_BYTES = 20 * 1024 * 1024
TASK = "billing.make_export"

MAKERS: dict[str, Callable[[Invoice, Progress], bytes]] = {
    ExportFormat.PDF: lambda invoice, told: in_unit(lambda: invoice_pdf(invoice)),
    ExportFormat.XLSX: invoice_xlsx,
    ExportFormat.CSV: lambda invoice, told: in_unit(lambda: invoice_csv(invoice)),
    ExportFormat.REGISTER: register_csv,
}


class CannotExport(Exception):
    """The file cannot be made; the sentence says why."""


def ask(invoice: Invoice, wanted: str, *, person: UUID, grant: UUID, send: Callable[[str], None]) -> Export:
    """Put the wish down in the caller's unit (web) and, once that is committed, give its id to `send`; one that is
    still being made is not asked for twice.
    """
    now = timezone.now()
    under_way = Export.objects.filter(
        service=invoice.service_id, invoice=invoice, format=wanted, state__in=[ExportState.QUEUED, ExportState.RUNNING],
        asked_at__gt=now - STUCK,
    ).first()  # fmt: skip
    if under_way is not None:
        return under_way
    made = Export.objects.create(
        id=uuid7(),
        service_id=invoice.service_id,
        invoice=invoice,
        format=wanted,
        asked_by=person,
        expires_at=now + KEPT,
    )
    audit.record(
        invoice.service_id, "export.asked", actor=str(person), grant=grant,
        detail={"invoice": invoice.pk, "format": wanted},
    )  # fmt: skip
    after_commit(lambda: send(str(made.pk)))
    return made


def link(export: Export, *, person: UUID, grant: UUID) -> str | None:
    """A fresh token for one fetch; None when there is nothing to fetch (any more)."""
    token = new_secret()
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.open_export(%s, %s)", [export.pk, hashed(token)])
        if not cursor.fetchone()[0]:
            return None
    audit.record(export.service_id, "export.linked", actor=str(person), grant=grant, detail={"export": export.pk})
    return token


def make(export_id: UUID) -> None:
    """Make the file, in short units: progress is seen while it is being made, a second worker finds nothing to do."""
    taken = _begin(export_id)
    if taken is None:
        return
    export, invoice = taken
    try:
        with translation.override("ru"):
            _keep(export, MAKERS[export.format](invoice, _Told(export_id)))
    except Exception:
        with unit(BILLING):
            Export.objects.filter(pk=export_id).update(state=ExportState.FAILED, finished_at=timezone.now())
        raise


def _keep(export: Export, content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise CannotExport(f"The file has {len(content)} bytes; at most {MOST_BYTES} are kept.")
    with unit(BILLING):
        ExportFile.objects.create(id=uuid7(), service_id=export.service_id, export=export, content=content)
        Export.objects.filter(pk=export.pk).update(
            state=ExportState.DONE,
            progress=100,
            size=len(content),
            sha256=sha256(content).hexdigest(),
            finished_at=timezone.now(),
        )


def _begin(export_id: UUID) -> tuple[Export, Invoice] | None:
    """Take the wish up, unless another worker has; one that stands still for ten minutes is anybody's."""
    now = timezone.now()
    with unit(BILLING):
        export = Export.objects.select_for_update().filter(pk=export_id).first()
        if export is None or export.state in (ExportState.DONE, ExportState.FAILED):
            return None
        if export.state == ExportState.RUNNING and export.started_at and export.started_at > now - STUCK:
            return None
        Export.objects.filter(pk=export_id).update(state=ExportState.RUNNING, started_at=now, progress=0)
        ExportFile.objects.filter(service=export.service_id, export=export).delete()
        return export, Invoice.objects.select_related("contract__service").get(pk=export.invoice_id)


class _Told:
    """Says how far the making is, at most once a second, in a unit of its own."""

    def __init__(self, export_id: UUID) -> None:
        self.export_id = export_id
        self.said_at = monotonic()

    def __call__(self, done: int, of: int) -> None:
        if monotonic() - self.said_at > TOLD_EVERY_S:
            self.said_at = monotonic()
            with unit(BILLING):
                Export.objects.filter(pk=self.export_id).update(progress=min(99, done * 100 // max(of, 1)))


def waiting() -> list[UUID]:
    """Wishes whose message was lost, or whose worker died: they are given to a worker again."""
    late = timezone.now() - STUCK
    with unit(BILLING):
        lost = Q(state=ExportState.QUEUED, asked_at__lt=timezone.now() - LOST)
        return list(
            Export.objects.filter(lost | Q(state=ExportState.RUNNING, started_at__lt=late)).values_list("pk", flat=True)
        )


def clean_up() -> int:
    """Forget files past their day; returns how many rows went."""
    now = timezone.now()
    with unit(BILLING):
        gone, _ = Export.objects.filter(expires_at__lt=now).delete()
    return gone
