"""Nudges: Redis carries "seat S changed, version V", and nothing else. A lost one costs a poll, never an order."""

import logging
from functools import cache
from uuid import UUID

import redis
from django.conf import settings

CHANNEL = "nudge"
log = logging.getLogger(__name__)


@cache
def client() -> "redis.Redis":
    """The one connection pool of this process."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)


def publish(seat: UUID, version: int) -> None:
    """Tell every web process that a seat's state is newer than what its browser shows."""
    try:
        client().publish(CHANNEL, f"{seat} {version}")
    except redis.RedisError as error:
        log.warning("nudge not sent: %s", type(error).__name__)
