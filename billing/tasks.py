"""Celery tasks of billing; each may run twice."""

from uuid import UUID

from celery import shared_task

from billing.actions import export
from billing.actions.sweep import sweep_usage
from callcenter.tenancy.rules import BILLING
from callcenter.tenancy.unit import unit


@shared_task(name="billing.sweep_usage")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Write the missing usage entries."""
    with unit(BILLING):
        sweep_usage()


@shared_task(name=export.TASK)  # type: ignore[untyped-decorator]
def make_export(export_id: str) -> None:
    """Make one file."""
    export.make(UUID(export_id))


@shared_task(name="billing.tidy_exports")  # type: ignore[untyped-decorator]
def tidy_exports() -> None:
    """Forget old files, and take up again what got lost."""
    export.clean_up()
    for export_id in export.waiting():
        make_export.delay(str(export_id))
