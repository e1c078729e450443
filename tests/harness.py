"""Playing a database role inside a test's own transaction: true policies at the price of two statements."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from callcenter.tenancy.unit import set_context


@contextmanager
def as_role(role: str, *, token: str = "", seat: str = "", claim: str = "", key: str = "") -> Iterator[None]:
    """Run the block as `role` (short name: web, switch, …) with this context; fixtures outside stay superuser.

    Releasing a savepoint does not restore the role, so it is reset explicitly; after an error the enclosing
    savepoint's rollback does it, and nothing is said in the broken transaction that would hide the error.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE cc_{role}")
    set_context(connection, token=token, seat=seat, claim=claim, key=key)
    try:
        yield
    finally:
        if (
            not connection.needs_rollback
            and connection.connection.get_transaction_status() != TRANSACTION_STATUS_INERROR
        ):
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")
            set_context(connection)
