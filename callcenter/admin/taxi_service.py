"""Taxi services: the clients, each with its name, colour and greeting."""

from typing import Any

import phonenumbers
from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from callcenter.admin import rights
from callcenter.admin.base import RowAdmin
from callcenter.hues import best_hue, free_hues, neighbours
from callcenter.models import TaxiService
from callcenter.models.service import HUES
from callcenter.panel import Section


class TaxiServiceForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an operator sees and says when the service's number is dialled."""

    hue = forms.ChoiceField(
        label=gettext_lazy("Colour"),
        required=False,
        choices=lambda: [("", _("Choose one for me")), *HUES.items()],
        help_text=gettext_lazy("Services whose calls the same operators take must differ."),
    )

    class Meta:
        model = TaxiService
        fields = ("name", "monogram", "hue", "greeting", "country", "time_zone", "active")
        help_texts = {
            "monogram": gettext_lazy("One or two letters beside the name."),
            "greeting": gettext_lazy("Word for word, as the operator says it."),
            "country": gettext_lazy("Two letters, such as RU: numbers without a country code are read as of there."),
            "time_zone": gettext_lazy("A name such as Europe/Moscow: months, nights and weekdays are counted in it."),
            "active": gettext_lazy("Without this, its calls are turned away and its manager cannot log in."),
        }

    def clean_monogram(self) -> str:
        """Letters or digits."""
        monogram: str = self.cleaned_data["monogram"].strip().upper()
        if not monogram.isalnum():
            raise forms.ValidationError(
                _("“%(value)s” is no monogram: write one or two letters or digits.") % {"value": monogram}
            )
        return monogram

    def clean_country(self) -> str:
        """A country of which the telephone numbers are known."""
        country: str = self.cleaned_data["country"].strip().upper()
        if country not in phonenumbers.SUPPORTED_REGIONS:
            raise forms.ValidationError(
                _("“%(value)s” is no country: write its two letters, such as RU or KZ.") % {"value": country}
            )
        return country

    def clean_hue(self) -> str:
        """Not the colour of a service that shares operators, while another one is free."""
        hue: str = self.cleaned_data["hue"]
        own = None if self.instance._state.adding else self.instance.pk
        if not hue:
            return best_hue(own)
        twin = next((other for other in neighbours(own) if other.hue == hue), None)
        free = free_hues(own)
        if twin is None or not free or "hue" not in self.changed_data:
            return hue
        raise forms.ValidationError(
            _("“%(value)s” is the colour of %(other)s, and the same operators serve both. Free: %(free)s.")
            % {"value": HUES[hue], "other": twin.name, "free": ", ".join(str(HUES[name]) for name in free)}
        )


class TaxiServiceAdmin(RowAdmin):
    """The services of the centre."""

    rights = rights.SERVICE
    section = Section.SERVICES
    record_as = "service"
    form = TaxiServiceForm
    list_display = ("name", "shown", "time_zone", "active", "created_at")
    list_filter = ("active",)
    search_fields = ("name",)
    ordering = ("name",)

    def shown(self, service: Any) -> str:
        """Colour and monogram as the operator sees them; the colour has its name beside it."""
        return format_html(
            '<span class="brand" data-brand="{}"><i class="dot" aria-hidden="true"></i>{} · {}</span>',
            service.hue,
            service.monogram,
            service.get_hue_display(),
        )

    shown.short_description = gettext_lazy("Shown as")  # type: ignore[attr-defined]

    @override
    def get_changeform_initial_data(self, request: Any) -> dict[str, Any]:
        return {"country": "RU", "time_zone": "Europe/Moscow", **super().get_changeform_initial_data(request)}
