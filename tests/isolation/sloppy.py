"""Views as careless as code can be: no filter anywhere, SQL glued together. The floor must hold under them as well.

They are added to the product's own URLs in the proof of isolation, and are the reason why its control goes red.
"""

from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

from callcenter.secrets.rows import SecretRow
from callcenter.tenancy.middleware import by_program
from orders.models import Call
from orders.secrets import CallDetails, OrderDetails

CARELESS = ("orders", "billing", "integrations", "callcenter")


def everything(request: HttpRequest, app: str, model: str) -> HttpResponse:
    """All rows of a table, whoever asks; sealed ones opened."""
    try:
        rows = [_shown(row) for row in apps.get_model(app, model)._default_manager.all()[:500]]
    except (DatabaseError, LookupError):
        return JsonResponse({"refused": model}, status=403)
    return JsonResponse({"rows": rows})


@by_program
def everything_by_key(request: HttpRequest, app: str, model: str) -> HttpResponse:
    """The same for whoever comes with a key."""
    return everything(request, app, model)


def _shown(row: Any) -> str:
    shown = {field.attname: str(getattr(row, field.attname)) for field in row._meta.concrete_fields}
    if isinstance(row, SecretRow):
        shown["opened"] = str(row.get(CallDetails if row._meta.model_name == "callsecret" else OrderDetails))
    return str(shown)


def search(request: HttpRequest) -> HttpResponse:
    """The query text glued into SQL."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM orders_order WHERE number LIKE '%{request.GET.get('q', '')}%'")
            return JsonResponse({"rows": [str(row) for row in cursor.fetchall()]})
    except DatabaseError as error:
        return JsonResponse({"error": str(error)}, status=400)


def rewrite(request: HttpRequest) -> HttpResponse:
    """Change every row that can be reached."""
    try:
        with transaction.atomic():
            changed = Call.objects.update(disposition=9)
    except DatabaseError as error:
        return JsonResponse({"error": str(error)}, status=400)
    return JsonResponse({"changed": changed})


urlpatterns = [
    path("", include("callcenter.urls")),
    path("sloppy/search", search, name="sloppy-search"),
    path("sloppy/rewrite", rewrite, name="sloppy-rewrite"),
    path("sloppy/program/<str:app>/<str:model>", everything_by_key, name="sloppy-program"),
    path("sloppy/all/<str:app>/<str:model>", everything, name="sloppy-everything"),
]
