"""RowAdmin: how a master row is kept in the panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.http import HttpRequest
from typing_extensions import override

from callcenter.panel import PanelAdmin

DATE, TIME = {"type": "date"}, {"type": "time"}


class RowAdmin(PanelAdmin):
    """Writes the fields of the form and no others; `settled` ones are chosen once, when the row is made. Nothing is
    deleted: what is no longer used is switched off, since calls and bills refer to it.
    """

    settled: ClassVar[Sequence[str]] = ()
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        models.DateField: {"widget": forms.DateInput(attrs=DATE, format="%Y-%m-%d")},
        models.TimeField: {"widget": forms.TimeInput(attrs=TIME, format="%H:%M")},
    }

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        return [*super().get_readonly_fields(request, obj), *(self.settled if obj else ())]

    @override
    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """A choice among other rows is a plain list: no windows that open beside the page."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

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
