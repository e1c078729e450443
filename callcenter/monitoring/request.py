"""Every request leaves one line in the log and a figure: the route as the code names it, never the path as sent."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from time import perf_counter

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from callcenter.ids import uuid7
from callcenter.monitoring import metrics

HEADER = "X-Request-ID"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_GIVEN = re.compile(r"[0-9A-Za-z-]{8,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")
log = logging.getLogger("callcenter.request")


def request_id() -> str:
    """The id of the request that this thread works on, or empty."""
    return _current.get()


class Observe:
    """Outermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        token = _current.set(given if _GIVEN.fullmatch(given) else str(uuid7()))
        begun = perf_counter()
        try:
            response = self.get_response(request)
            self._note(request, response.status_code, perf_counter() - begun)
            response.headers[HEADER] = _current.get()
            return response
        finally:
            _current.reset(token)

    @staticmethod
    def _note(request: HttpRequest, status: int, seconds: float) -> None:
        match = request.resolver_match
        route = match.route if match else "static" if request.path.startswith("/static/") else "none"
        method = request.method if request.method in METHODS else "other"
        metrics.requests.labels(route, method, status).inc()
        metrics.request_seconds.labels(route).observe(seconds)
        if status >= 500 or route not in ("static", "healthz", "readyz", "metrics"):
            facts = {"route": route, "method": method, "status": status, "ms": round(seconds * 1000, 1)}
            log.log(logging.ERROR if status >= 500 else logging.INFO, "answered", extra=facts)
