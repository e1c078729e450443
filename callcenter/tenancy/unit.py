"""The one transaction wrapper: every read or write of a service's rows happens inside a `unit`.

A unit opens the transaction, states what the caller holds (grant token, seat secret, delivery claim, a program's key),
writes the buffered audit entries as the last statement, and commits. The context is local to the transaction and
always set, also to empty, so that a pooled connection never carries somebody else's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from callcenter import audit
from callcenter.tenancy.rules import ROLES

_open = threading.local()


def active() -> bool:
    """Return whether this thread is inside a unit: no socket may be opened then."""
    return getattr(_open, "depth", 0) > 0


def set_context(
    connection: BaseDatabaseWrapper, *, token: str = "", seat: str = "", claim: str = "", key: str = ""
) -> None:
    """State, for the rest of the transaction, what the caller holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.token', %s, true), set_config('app.seat', %s, true), "
            "set_config('app.claim', %s, true), set_config('app.key', %s, true)",
            [token, seat, claim, key],
        )


def _play(connection: BaseDatabaseWrapper, role: str) -> None:
    """In tests one superuser session plays every role; elsewhere the login already is the role."""
    if role not in ROLES:
        raise ValueError(f"{role!r} is not a role: use one of {', '.join(ROLES)}.")
    if settings.TESTING:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {role}")


def _leave(connection: BaseDatabaseWrapper) -> None:
    if settings.TESTING and connection.connection and not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        set_context(connection)


@contextmanager
def unit(
    role: str, *, token: str = "", seat: str = "", claim: str = "", key: str = "", using: str = "default"
) -> Iterator[None]:
    """Run the block as `role` in one transaction with this context; RuntimeError when a unit is already open in this
    thread.
    """
    if active():
        raise RuntimeError(
            "A unit is already open in this thread: pass the work into it instead of opening a second one."
        )
    connection = connections[using]
    _open.depth = 1
    try:
        with transaction.atomic(using=using):
            _play(connection, role)
            set_context(connection, token=token, seat=seat, claim=claim, key=key)
            audit.begin()
            yield
            if transaction.get_rollback(using):
                audit.discard()
            else:
                audit.flush(using)
            _leave(connection)
    except BaseException:
        audit.discard()
        raise
    finally:
        _open.depth = 0
        if settings.TESTING and connection.in_atomic_block:
            _leave(connection)


def after_commit(action: Callable[[], None], *, using: str = "default") -> None:
    """Run `action` once the unit has been committed; its failure never harms the committed work."""
    transaction.on_commit(action, using=using, robust=True)
