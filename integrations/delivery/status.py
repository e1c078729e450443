"""How the deliveries stand, read from PostgreSQL: true also when Redis is down and nothing can be inspected."""

from dataclasses import dataclass

from django.db import connection

from callcenter.tenancy.rules import WORKER
from callcenter.tenancy.unit import unit

_FIGURES = """
SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'sending'),
       count(*) FILTER (WHERE state IN ('unknown', 'resolving')), count(*) FILTER (WHERE state = 'review'),
       extract(epoch FROM clock_timestamp() - min(created_at) FILTER (WHERE state IN ('pending', 'unknown')
                                                                      AND next_at <= clock_timestamp())),
       avg((found_by = 'poll')::int) FILTER (WHERE found_by IN ('wake', 'poll')
                                             AND created_at > clock_timestamp() - interval '1 hour')
FROM orders_delivery
WHERE state NOT IN ('accepted', 'rejected', 'expired') OR created_at > clock_timestamp() - interval '1 hour'"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts by state; `oldest_due_s` is the age of the oldest order that waits to be taken up, `found_by_poll` the
    share of the last hour's orders that no wake-up reported (None: there were none).
    """

    pending: int
    sending: int
    unknown: int
    review: int
    oldest_due_s: float | None
    found_by_poll: float | None


def standing() -> Standing:
    """Read the figures."""
    with unit(WORKER), connection.cursor() as cursor:
        cursor.execute(_FIGURES)
        pending, sending, unknown, review, oldest, polled = cursor.fetchone()
    return Standing(pending, sending, unknown, review, _rounded(oldest), _rounded(polled))


def _rounded(value: object) -> float | None:
    return None if value is None else round(float(str(value)), 3)
