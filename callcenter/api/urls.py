"""What is left of the addresses for programs when every app has put in its own."""

from django.urls import re_path

from callcenter.api import views

urlpatterns = [
    re_path(r"^(?P<rest>.*)$", views.nowhere, name="api-nowhere"),
]
