"""Pages of billing that are everybody's."""

from django.urls import path

from billing.views.calculator import cost, from_log

urlpatterns = [
    path("cost/", cost, name="cost"),
    path("cost/log/", from_log, name="cost-log"),
]
