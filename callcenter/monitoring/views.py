"""`/healthz`, `/readyz` and `/metrics` of the processes that speak HTTP anyway."""

from hmac import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from callcenter.monitoring import health, metrics
from callcenter.tenancy.middleware import without_unit


@without_unit
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; says nothing of the database."""
    return JsonResponse({"status": "ok"})


@without_unit
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the process can do its work, 503 otherwise, with the name of what does not answer."""
    found = health.checks()
    able = all(check.fine for check in found if check.vital)
    body = {"status": "ready" if able else "not ready", "checks": {check.name: check.fine for check in found}}
    return JsonResponse(body, status=200 if able else 503)


@without_unit
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """The metrics, for whoever knows METRICS_TOKEN; without one set they are nowhere."""
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        raise Http404
    return HttpResponse(metrics.written(), content_type=CONTENT_TYPE_LATEST)
