"""URLs of the switch process: the exchanges speak here, nobody else."""

from django.urls import include, path

urlpatterns = [
    path("", include("callcenter.monitoring.urls")),
    path("api/telephony/", include("integrations.telephony.urls")),
]
