"""What every process checks before it serves: the driver, and that the database keeps services apart."""

from importlib.util import find_spec

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections

from callcenter.tenancy.catalogue import refuse_gaps


def ready_to_serve() -> None:
    """Raise ImproperlyConfigured, in one sentence, when this process must not start; holds no connection afterwards."""
    if find_spec("psycopg") is not None:
        raise ImproperlyConfigured(
            "The package psycopg (version 3) is installed: Django would use it instead of psycopg2. Uninstall it."
        )
    try:
        refuse_gaps()
    except OperationalError as error:
        raise ImproperlyConfigured(
            f"The database does not answer: {str(error).strip().splitlines()[0]}. Check its address and that it runs."
        ) from error
    finally:
        connections.close_all()
