"""Workplaces: the desks that the exchange knows by their extensions."""

import re
from typing import Any

from django import forms
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from typing_extensions import override

from callcenter.admin import rights
from callcenter.admin.base import RowAdmin
from callcenter.models import Seat, Workplace
from callcenter.panel import Section

_EXTENSION = re.compile(r"[0-9*#]{1,20}")


class WorkplaceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A name for people, an extension for the exchange."""

    class Meta:
        model = Workplace
        fields = ("name", "extension", "active")
        labels = {
            "name": pgettext_lazy("of a workplace", "Name"),
            "extension": gettext_lazy("Extension"),
            "active": gettext_lazy("In use"),
        }
        help_texts = {
            "extension": gettext_lazy("The number under which the exchange rings this desk, such as 101."),
            "active": gettext_lazy("Calls reach operators at workplaces in use only."),
        }

    def clean_extension(self) -> str:
        """What an exchange can dial, and nobody else's."""
        extension: str = self.cleaned_data["extension"].strip()
        if not _EXTENSION.fullmatch(extension):
            raise forms.ValidationError(
                _("“%(value)s” cannot be dialled: an extension has 1 to 20 digits, * or #.") % {"value": extension}
            )
        other = Workplace.objects.filter(extension=extension).exclude(pk=self.instance.pk).first()
        if other:
            raise forms.ValidationError(
                _("%(value)s is the extension of the workplace “%(name)s” already: choose another one.")
                % {"value": extension, "name": other.name}
            )
        return extension


class WorkplaceAdmin(RowAdmin):
    """Where operators sit, and who sits there now."""

    rights = rights.WORKPLACE
    section = Section.PEOPLE
    form = WorkplaceForm
    list_display = ("name", "extension", "sits", "active")
    list_filter = ("active",)
    search_fields = ("name", "extension")
    ordering = ("extension",)

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Workplace]:
        seated = Seat.objects.filter(workplace=OuterRef("pk"), closed_at__isnull=True)
        places: QuerySet[Workplace] = super().get_queryset(request)
        return places.annotate(seated=Subquery(seated.values("person__name")[:1]))

    def sits(self, place: Any) -> str:
        """Who holds the open seat."""
        return place.seated or self.get_empty_value_display()

    sits.short_description = gettext_lazy("Sits there now")  # type: ignore[attr-defined]
