"""PanelAdmin: the base of every ModelAdmin in the panels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from typing_extensions import override

from callcenter import audit
from callcenter.panel.site import Section

DATE, TIME = {"type": "date"}, {"type": "time"}


class PanelAdmin(ModelAdmin):  # type: ignore[type-arg]
    """`rights` says which job may do what: `{Job.ADMIN: "view add change", Job.SUPERVISOR: "view"}`. What is written is
    put on record with the ids alone; the stock history is not kept. The database's policies decide on rows, first and
    last: a right here that the matrix does not give ends in an error, never in a leak.
    """

    section: ClassVar[Section] = Section.LIVE
    rights: ClassVar[Mapping[str, str]] = {}
    # How the model is called on record: `service.changed`. Empty: the model's own name.
    record_as: ClassVar[str] = ""
    # The browser's own fields and none of the stock scripts: what a form or an inline needs besides it brings.
    media = forms.Media()
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        models.DateField: {"widget": forms.DateInput(attrs=DATE, format="%Y-%m-%d")},
        models.TimeField: {"widget": forms.TimeInput(attrs=TIME, format="%H:%M")},
    }
    list_per_page = 50
    show_full_result_count = False
    actions = None

    def may(self, request: HttpRequest, what: str) -> bool:
        """Whether the job of the holder has this right."""
        return what in self.rights.get(getattr(request.user, "job", ""), "").split()

    @override
    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """A choice among other rows is a plain list: no windows that open beside the page."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    @override
    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may(request, "view") or self.may(request, "change")

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request, "add")

    @override
    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may(request, "change")

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may(request, "delete")

    @override
    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(self.rights.get(getattr(request.user, "job", "")))

    @override
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The stock titles put the model's name into a sentence, which no inflected language bears."""
        title = str(self.opts.verbose_name_plural).capitalize()
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    @override
    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        obj = kwargs.get("obj")
        name = str(self.opts.verbose_name).capitalize()
        context |= {
            "title": name if obj else _("%(name)s: new") % {"name": name},
            "subtitle": self.heading(obj) if obj else None,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def heading(self, obj: Any) -> str:
        """What the page of one row is called."""
        return str(obj)

    @override
    def message_user(
        self, request: HttpRequest, message: Any, level: int | str = messages.INFO, *args: Any, **kwargs: Any
    ) -> None:
        """As above; and whoever saves knows what."""
        saved = level in (messages.SUCCESS, "success")
        super().message_user(request, _("Saved.") if saved else message, level, *args, **kwargs)

    @override
    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        raise Http404

    @override
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        self.record(request, obj, "added")

    @override
    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        self.record(request, obj, "changed", fields=_changed(message))

    @override
    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:  # type: ignore[override]
        for obj in queryset:
            self.record(request, obj, "deleted")

    def record(self, request: HttpRequest, obj: Any, done: str, **detail: str) -> None:
        """Put one act of this person on record: names of fields, never their values."""
        audit.record(
            service_of(obj),
            f"{self.record_as or self.opts.model_name}.{done}",
            actor=str(request.user.pk),
            grant=getattr(request.user, "grant", None),
            detail={"id": str(obj.pk), **detail},
        )


def service_of(obj: Any) -> UUID | None:
    """The service an object belongs to, None for what is the centre's own."""
    if obj._meta.label == "callcenter.TaxiService":
        return UUID(str(obj.pk))
    return getattr(obj, "service_id", None)


def _changed(message: Any) -> str:
    parts = [part.get("changed", {}).get("fields", []) for part in message] if isinstance(message, list) else []
    return ", ".join(str(name) for fields in parts for name in fields)[:200]
