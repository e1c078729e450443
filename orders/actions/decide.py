"""What a supervisor decides about an order that the engine could not settle."""

from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import connection

from callcenter import audit
from callcenter.tenancy.unit import after_commit
from orders.actions.place import wake_engine

LONGEST_NUMBER = 40


class Verdict(StrEnum):
    """What can be said about it (`orders/sql/decisions.sql`)."""

    AGAIN = "again"
    THERE = "there"
    LEAVE = "leave"


def decide(delivery: UUID, verdict: Verdict, *, number: str = "", person: UUID, grant: UUID) -> bool:
    """Carry the verdict out in the caller's unit; False when the delivery waits for nobody (any more)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT service, of_order, before FROM app.decide_delivery(%s, %s, %s, %s)",
            [delivery, verdict.value, number, f"{settings.ERASE_AFTER_DAYS} days"],
        )
        row = cursor.fetchone()
    if row is None:
        return False
    service, order, before = row
    audit.record(
        service,
        f"delivery.{verdict.value}",
        actor=str(person),
        grant=grant,
        detail={"delivery": delivery, "order": order, "before": before},
    )
    if verdict is Verdict.AGAIN:
        after_commit(wake_engine)
    return True
