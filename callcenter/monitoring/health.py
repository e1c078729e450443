"""Is this process alive, and can it do its work?

Alive: it answers. Ready: its databases answer. Redis is reported and never makes a process unready, since everything
works without it, only slower.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import redis
from django.conf import settings
from django.db import DatabaseError, connections
from redis.exceptions import RedisError

from callcenter.monitoring import metrics

PATIENCE_S = 2.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that this process needs; without what is not `vital` it goes on."""

    name: str
    fine: bool
    vital: bool


def checks() -> list[Check]:
    """Look at everything, now."""
    found = [*_databases(), Check("redis", _redis_answers(), vital=False)]
    for check in found:
        metrics.ready.labels(check.name).set(check.fine)
    return found


def _databases() -> Iterator[Check]:
    for alias in settings.DATABASES:
        try:
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT 1")
            fine = True
        except DatabaseError:
            fine = False
        yield Check(f"database {alias}", fine, vital=True)


def _redis_answers() -> bool:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S)
    try:
        return bool(client.ping())
    except RedisError:
        return False
    finally:
        client.close()
