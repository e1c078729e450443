"""URLs of the switch process: the exchanges speak here, nobody else."""

from django.urls import include, path

handler400 = "callcenter.errors.bad_request"
handler404 = "callcenter.errors.not_found"
handler500 = "callcenter.errors.server_error"

urlpatterns = [
    path("", include("callcenter.monitoring.urls")),
    path("api/telephony/", include("integrations.telephony.urls")),
]
