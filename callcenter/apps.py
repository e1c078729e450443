"""The kernel app: tenants, people, grants, audit."""

from django.apps import AppConfig


class CallcenterConfig(AppConfig):
    name = "callcenter"
    verbose_name = "Contact centre"
