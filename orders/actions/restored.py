"""After a restore the tables tell of the moment of the dump: what was to be sent then may have been sent since."""

from django.db import connection

from callcenter import audit
from callcenter.tenancy.rules import WORKER
from callcenter.tenancy.unit import unit

# As after a lost answer: looked for by our marker, and sent once more only if the program says that it has none such.
_DISTRUST = """
WITH open AS (
  UPDATE orders_delivery
  SET state = 'unknown', owner = NULL, claim_hash = NULL, next_at = clock_timestamp(), searches = 0,
      sends = greatest(sends, 1), first_sent_at = coalesce(first_sent_at, created_at)
  WHERE state IN ('pending', 'sending', 'unknown', 'resolving') RETURNING order_id),
moved AS (UPDATE orders_order o SET state = 'unknown' FROM open WHERE o.id = open.order_id RETURNING o.id)
SELECT count(*) FROM moved"""


def distrust() -> int:
    """Let every order on its way be looked for before it is sent; how many. Needs the role that sees all services."""
    with unit(WORKER):
        with connection.cursor() as cursor:
            cursor.execute(_DISTRUST)
            count: int = cursor.fetchone()[0]
        audit.record(None, "delivery.restored", actor="after_restore", detail={"count": count})
    return count
