"""URLs of the web process."""

from django.urls import include, path

from callcenter import views

urlpatterns = [
    path("login/", views.login, name="login"),
    path("language/", views.set_language, name="language"),
    path("healthz", views.healthz, name="healthz"),
    path("", include("orders.urls")),
]
