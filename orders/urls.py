"""URLs of the operator's desk."""

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import path
from rest_framework.views import APIView

from orders.api import dialog
from orders.views.desk import desk, logout


def command(view: type[APIView]) -> Callable[..., HttpResponseBase]:
    """A command of the page: the framework exempts its views from the token, which the page sends and we check."""
    checked = view.as_view()
    checked.csrf_exempt = False
    return checked


urlpatterns = [
    path("", desk, name="desk"),
    path("logout/", logout, name="logout"),
    path("seat/state", command(dialog.SeatState), name="seat-state"),
    path("seat/next", command(dialog.SeatNext), name="seat-next"),
    path("seat/longer", command(dialog.SeatLonger), name="seat-longer"),
    path("calls/<uuid:call_id>/redeem", command(dialog.Redeem), name="call-redeem"),
    path("calls/<uuid:call_id>/draft", command(dialog.Draft), name="call-draft"),
    path("calls/<uuid:call_id>/reveal", command(dialog.Reveal), name="call-reveal"),
    path("calls/<uuid:call_id>/place", command(dialog.Place), name="call-place"),
    path("calls/<uuid:call_id>/leave", command(dialog.Leave), name="call-leave"),
]
