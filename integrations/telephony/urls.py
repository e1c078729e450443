"""URLs of the switch."""

from django.urls import path

from integrations.telephony import views

urlpatterns = [
    path("<str:instance>/events", views.events, name="telephony-events"),
    path("<str:instance>/route", views.route_call, name="telephony-route"),
    path("<str:instance>/resync", views.resync_calls, name="telephony-resync"),
    path("<str:instance>/ready", views.ready, name="telephony-ready"),
]
