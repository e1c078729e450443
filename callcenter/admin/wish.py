"""Wishes: what a service's passengers can ask for, each on a digit of the operators' dialog."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from callcenter.admin import rights
from callcenter.admin.base import RowAdmin, active_or
from callcenter.models import TaxiService, Wish
from callcenter.panel import Section
from callcenter.panel.site import held_by


class WishForm(forms.ModelForm):  # type: ignore[type-arg]
    """A digit and a code mean one wish of a service each."""

    class Meta:
        model = Wish
        fields = ("service", "digit", "title", "code")
        widgets = {"digit": forms.NumberInput(attrs={"min": 1, "max": 9})}
        help_texts = {
            "digit": gettext_lazy("From 1 to 9: the key that switches the wish while the caller speaks."),
            "title": gettext_lazy("As the operator reads it, such as “Child seat”."),
            "code": gettext_lazy("In Taxi-Master the number of an order's attribute, 12, or with a value, 12=2."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "service" in self.fields:
            services = active_or(self.instance.service_id, TaxiService.objects.order_by("name"))
            self.fields["service"].queryset = services  # type: ignore[attr-defined]

    @override
    def clean(self) -> dict[str, Any]:
        """Each of them once in a service."""
        cleaned = super().clean() or {}
        service = cleaned["service"].pk if cleaned.get("service") else self.instance.service_id
        others = Wish.objects.filter(service=service).exclude(pk=self.instance.pk)
        sentences = {
            "digit": _("%(value)s is the digit of “%(title)s” already: choose another one."),
            "code": _("%(value)s is the code of “%(title)s” already: a wish has a code of its own."),
        }
        for name, sentence in sentences.items():
            other = others.filter(**{name: cleaned[name]}).first() if cleaned.get(name) and service else None
            if other:
                self.add_error(name, sentence % {"value": cleaned[name], "title": other.title})
        return cleaned


class WishAdmin(RowAdmin):
    """The wishes of all services."""

    rights = rights.WISH
    section = Section.SERVICES
    form = WishForm
    settled = ("service",)
    list_display = ("title", "service", "digit", "code")
    list_filter = ("service",)
    list_select_related = ("service",)
    search_fields = ("title", "service__name")
    ordering = ("service__name", "digit")


def _own(request: HttpRequest) -> UUID:
    service = held_by(request).service_id
    if service is None:
        raise Http404
    return service


class OwnWishAdmin(RowAdmin):
    """The wishes of the manager's own service."""

    rights = rights.OWN_WISH
    section = Section.SERVICES
    form = WishForm
    fields = ("digit", "title", "code")
    list_display = ("title", "digit", "code")
    ordering = ("digit",)

    @override
    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """A new wish is of the own service before it is compared with the others."""
        stock, own = super().get_form(request, obj, change=change, **kwargs), _own(request)

        def form(*args: Any, **given: Any) -> Any:
            if given.get("instance") is None:
                given["instance"] = Wish(service_id=own)
            return stock(*args, **given)

        form.base_fields = stock.base_fields  # type: ignore[attr-defined]
        return form
