"""The pattern of every table that belongs to one taxi service.

`id` is a UUIDv7 made in Python; `(service, id)` is unique, so that children can point at `(service_id, parent_id)`: a
foreign and a missing parent then give the identical error, and a child can never hang on another service's parent.
Django's own
constraint is left out (`db_constraint=False`); the composite one is made by
`callcenter.tenancy.operations.TenantForeignKeys` in the migration.
"""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from callcenter.ids import uuid7


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A foreign key to a row of the same service, guarded in the database by a composite constraint."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        super().__init__(to, on_delete, **{**kwargs, "db_constraint": False})

    @override
    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        return name, path, args, kwargs


class ServiceKey(models.ForeignKey):  # type: ignore[type-arg]
    """Whose a row is. Its name for people is no part of the table's history."""

    @override
    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("verbose_name", None)
        return name, "django.db.models.ForeignKey", args, kwargs


class TenantModel(models.Model):
    """Base of every table with a `service_id`: row-level security is forced on it (see `callcenter.tenancy.rules`)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    service = ServiceKey(
        "callcenter.TaxiService", models.PROTECT, verbose_name=_("service"), related_name="+", db_index=False
    )

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["service", "id"], name="%(app_label)s_%(class)s_tenant")]
