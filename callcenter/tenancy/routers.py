"""Which model lives in which database: the data keys apart from everything they open."""

from typing import Any

from django.db.models import Model

KEYS_APP = "secrets"
KEYS_ALIAS = "keys"


class Keys:
    """Send the app of the data keys to its own database, and everything else away from there."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return KEYS_ALIAS if model._meta.app_label == KEYS_APP else None

    db_for_write = db_for_read

    def allow_relation(self, obj1: Model, obj2: Model, **hints: Any) -> bool | None:
        return (obj1._meta.app_label == KEYS_APP) == (obj2._meta.app_label == KEYS_APP) or None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return (db == KEYS_ALIAS) == (app_label == KEYS_APP)
