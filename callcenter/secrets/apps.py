"""The data keys: an app of its own, in a database of its own."""

from django.apps import AppConfig


class SecretsConfig(AppConfig):
    name = "callcenter.secrets"
    label = "secrets"
    verbose_name = "Secrets"
