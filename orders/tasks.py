"""Periodic work on calls and orders: each task calls an action and can run twice."""

from celery import shared_task

from orders.actions import erase


@shared_task(name="orders.erase_due")  # type: ignore[untyped-decorator]
def erase_due() -> int:
    """Erase secrets whose days are over, then the keys that nothing needs any more."""
    erased = erase.erase_due()
    erase.destroy_unused_keys()
    return erased
