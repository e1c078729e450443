"""RowAdmin: how a master row is kept in the panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from typing_extensions import override

from callcenter.panel import PanelAdmin


class RowAdmin(PanelAdmin):
    """Writes the fields of the form and no others; `settled` ones are chosen once, when the row is made. Nothing is
    deleted: what is no longer used is switched off, since calls and bills refer to it.
    """

    settled: ClassVar[Sequence[str]] = ()

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        return [*super().get_readonly_fields(request, obj), *(self.settled if obj else ())]

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.save(force_insert=True)
            return
        kept = {field.name for field in obj._meta.concrete_fields}
        obj.save(update_fields=[name for name in form.changed_data if name in kept])


def active_or(chosen: Any, rows: Any) -> Any:
    """The active ones among these rows, and the one that is chosen already."""
    return rows.filter(models.Q(active=True) | models.Q(pk=chosen)) if chosen else rows.filter(active=True)
