"""URLs of the operator's desk."""

from django.urls import path

from orders.api import dialog
from orders.views.desk import desk, logout

urlpatterns = [
    path("", desk, name="desk"),
    path("logout/", logout, name="logout"),
    path("seat/state", dialog.SeatState.as_view(), name="seat-state"),
    path("seat/next", dialog.SeatNext.as_view(), name="seat-next"),
    path("calls/<uuid:call_id>/redeem", dialog.Redeem.as_view(), name="call-redeem"),
    path("calls/<uuid:call_id>/draft", dialog.Draft.as_view(), name="call-draft"),
    path("calls/<uuid:call_id>/reveal", dialog.Reveal.as_view(), name="call-reveal"),
    path("calls/<uuid:call_id>/place", dialog.Place.as_view(), name="call-place"),
    path("calls/<uuid:call_id>/leave", dialog.Leave.as_view(), name="call-leave"),
]
