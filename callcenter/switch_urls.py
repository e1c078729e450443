"""URLs of the switch process: the exchanges speak here, nobody else."""

from django.urls import include, path

from callcenter import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("api/telephony/", include("integrations.telephony.urls")),
]
