"""URLs of the web process."""

from django.urls import include, path
from django.utils.module_loading import autodiscover_modules

from callcenter import panel, views, welcome

autodiscover_modules("admin", register_to=panel.centre)

handler400 = "callcenter.errors.bad_request"
handler403 = "callcenter.errors.forbidden"
handler404 = "callcenter.errors.not_found"
handler500 = "callcenter.errors.server_error"
urlpatterns = [
    path("login/", views.login, name="login"),
    path("invitation/<str:token>/", welcome.invitation, name="invitation"),
    path("language/", views.set_language, name="language"),
    path("theme/", views.set_theme, name="theme"),
    path("style/", views.style, name="style"),
    path("", include("callcenter.monitoring.urls")),
    path("centre/", panel.centre.urls),
    path("service/", panel.service.urls),
    path("api/v1/", include("orders.api.service_urls")),
    path("api/v1/", include("billing.api.urls")),
    path("api/v1/", include("callcenter.api.urls")),
    path("", include("billing.urls")),
    path("", include("orders.urls")),
]
