"""Django's handler, behind which every ordinary request runs in a thread."""

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcenter.settings")


def _ready_application() -> Any:
    """Return the handler, or end with one sentence on a database that does not keep services apart."""
    try:
        handler = get_wsgi_application()
        from callcenter import celery  # noqa: F401 - from here on tasks are queued where the workers listen
        from callcenter.tenancy.process import ready_to_serve  # it names models, which exist from here on

        ready_to_serve()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from error
    return handler


application: Any = _ready_application()
