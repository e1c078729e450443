"""Nudges: after commit, Redis carries "seat S changed, version V", and nothing else. A lost nudge costs a poll, never
an order.
"""

import logging
from functools import cache
from uuid import UUID

import redis
from django.conf import settings
from django.db import connections

from callcenter.tenancy.unit import after_commit

CHANNEL = "nudge"
log = logging.getLogger(__name__)


@cache
def _client() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)


def publish(seat: UUID, version: int) -> None:
    """Tell every web process that a seat's state is newer than what its browser shows."""
    try:
        _client().publish(CHANNEL, f"{seat} {version}")
    except redis.RedisError as error:
        log.warning("nudge not sent: %s", type(error).__name__)


def touch(seat: UUID | None, *, using: str = "default") -> None:
    """Raise the seat's version now and publish it after commit; nothing happens for no seat."""
    if seat is None:
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT app.touch_seat(%s)", [seat])
        row = cursor.fetchone()
    if row and row[0] is not None:
        version = int(row[0])
        after_commit(lambda: publish(seat, version), using=using)
