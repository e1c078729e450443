"""Periodic work on the edges: each task names an action and can run twice."""

from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from callcenter.tenancy.rules import WORKER
from callcenter.tenancy.unit import unit
from integrations import checks
from integrations.models import SeenWebhook

KEEP_WEBHOOKS = timedelta(minutes=15)


@shared_task(name="integrations.forget_seen_webhooks")  # type: ignore[untyped-decorator]
def forget_seen_webhooks() -> int:
    """Forget receipts of webhooks so old that their time stamp alone has them refused."""
    with unit(WORKER):
        gone, _ = SeenWebhook.objects.filter(received_at__lt=timezone.now() - KEEP_WEBHOOKS).delete()
    return gone


@shared_task(name=checks.TASK)  # type: ignore[untyped-decorator]
def check_connection(check: str) -> str:
    """Put one question to a dispatch program."""
    return checks.carry_out(UUID(check))


@shared_task(name="integrations.check_connections")  # type: ignore[untyped-decorator]
def check_connections() -> int:
    """Ask for the checks that are due, and queue again those that got lost."""
    lost = checks.due()
    for check in lost:
        check_connection.delay(str(check))
    return len(lost)
