"""URLs of the web process."""

from django.urls import include, path

from callcenter import views

# Served by plain applications beside Django (`callcenter.asgi`), unknown to its resolver: the proof of isolation fails
# on a route here that it does not exercise.
PLAIN_ROUTES = ("/live/", "/ask/current/<uuid:call_id>")

urlpatterns = [
    path("login/", views.login, name="login"),
    path("language/", views.set_language, name="language"),
    path("healthz", views.healthz, name="healthz"),
    path("", include("orders.urls")),
]
