"""How often one key may ask. The counters live in Redis under a hash of what was sent; without Redis nothing is
counted and everybody is served.
"""

import logging
import time
from collections.abc import Callable
from hashlib import sha256

import redis
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from callcenter.nudges import client

PREFIX = "/api/v1/"
WINDOW_S = 60
log = logging.getLogger(__name__)


class RateLimit:
    """Stands before the unit: no socket is opened inside a transaction."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("Authorization", "")
        if not request.path_info.startswith(PREFIX) or not given:
            return self.get_response(request)
        now = time.time()
        if times_asked(given, now) > settings.API_REQUESTS_PER_MINUTE:
            return _too_often(WINDOW_S - int(now) % WINDOW_S)
        return self.get_response(request)


def times_asked(given: str, now: float) -> int:
    """How often this was sent in the running minute, this time included; 0 when nobody can say."""
    name = f"asked:{sha256(given.encode()).hexdigest()[:32]}:{int(now) // WINDOW_S}"
    try:
        with client().pipeline(transaction=False) as pipeline:
            pipeline.incr(name)
            pipeline.expire(name, 2 * WINDOW_S)
            count, _set = pipeline.execute()
        return int(count)
    except redis.RedisError as error:
        log.warning("requests are not counted: %s", type(error).__name__)
        return 0


def _too_often(wait_s: int) -> JsonResponse:
    sentence = _("More than %(limit)s requests in this minute: wait %(wait)s s and go on.") % {
        "limit": settings.API_REQUESTS_PER_MINUTE,
        "wait": wait_s,
    }
    error = {"code": "too_often", "sentence": sentence, "fields": {}}
    return JsonResponse({"error": error}, status=429, headers={"Retry-After": str(wait_s)})
