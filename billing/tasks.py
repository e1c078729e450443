"""Celery tasks of billing; each may run twice."""

from celery import shared_task

from billing.actions.sweep import sweep_usage
from callcenter.tenancy.rules import BILLING
from callcenter.tenancy.unit import unit


@shared_task(name="billing.sweep_usage")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Write the missing usage entries."""
    with unit(BILLING):
        sweep_usage()
