"""Addresses of invoices and usage for a service's own programs."""

from django.urls import path

from billing.api import described, service  # noqa: F401 - the description comes with the views

urlpatterns = [
    path("invoices", service.Invoices.as_view(), name="api-invoices"),
    path("invoices/<str:id>", service.OneInvoice.as_view(), name="api-invoice"),
    path("usage", service.Use.as_view(), name="api-usage"),
]
