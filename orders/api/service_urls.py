"""Addresses of calls, orders and deliveries for a service's own programs."""

from django.urls import path

from orders.api import service, service_described  # noqa: F401 - the description comes with the views

urlpatterns = [
    path("calls", service.Calls.as_view(), name="api-calls"),
    path("calls/<str:id>", service.OneCall.as_view(), name="api-call"),
    path("orders", service.Orders.as_view(), name="api-orders"),
    path("orders/<str:id>", service.OneOrder.as_view(), name="api-order"),
    path("deliveries/<str:id>", service.OneDelivery.as_view(), name="api-delivery"),
]
