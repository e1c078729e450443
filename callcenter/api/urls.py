"""What is left of the addresses for programs when every app has put in its own."""

from django.urls import path, re_path

from callcenter.api import reference, views

urlpatterns = [
    path("", reference.page, name="api-reference"),
    path("schema", reference.schema, name="api-schema"),
    path("schema.json", reference.schema, name="api-schema-json"),
    path("schema.yaml", reference.schema, {"form": "yaml"}, name="api-schema-yaml"),
    re_path(r"^(?P<rest>.*)$", views.nowhere, name="api-nowhere"),
]
