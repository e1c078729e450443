"""Lines: the dialled numbers by which a call is known to be somebody's."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from callcenter.admin import rights
from callcenter.admin.base import RowAdmin, active_or
from callcenter.admin.scenario_words import described
from callcenter.models import Line, Scenario, TaxiService
from callcenter.panel import Section
from callcenter.phone import normalise


class LineForm(forms.ModelForm):  # type: ignore[type-arg]
    """A number rings for one service, and for one scenario of it."""

    number = forms.CharField(
        max_length=40,
        label=gettext_lazy("Number"),
        help_text=gettext_lazy("As callers dial it, with country code: +7 495 123-00-01."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    class Meta:
        model = Line
        fields = ("service", "number", "scenario", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own, fields = self.instance.service_id, self.fields
        rules = Scenario.objects.select_related("service").order_by("service__name", "kind", "id")
        if "service" in fields:
            fields["service"].queryset = active_or(own, TaxiService.objects.order_by("name"))  # type: ignore[attr-defined]
        if "scenario" in fields:
            scenario: Any = fields["scenario"]
            scenario.queryset = active_or(self.instance.scenario_id, rules.filter(service=own) if own else rules)
            scenario.label_from_instance = described if own else _with_service

    def clean_number(self) -> str:
        """A whole telephone number that rings for nobody else."""
        written: str = self.cleaned_data["number"]
        number = normalise(written, "RU")
        if not number:
            raise forms.ValidationError(
                _("“%(value)s” is no whole telephone number: write it with country code, such as +7 495 123-00-01.")
                % {"value": written}
            )
        other = Line.objects.select_related("service").filter(number=number).exclude(pk=self.instance.pk).first()
        if other:
            raise forms.ValidationError(
                _("%(value)s rings for %(service)s already: a number belongs to one service.")
                % {"value": number, "service": other.service.name}
            )
        return number

    @override
    def clean(self) -> dict[str, Any]:
        """The scenario is one of the same service."""
        cleaned = super().clean() or {}
        scenario, service = cleaned.get("scenario"), cleaned.get("service")
        if scenario and service and scenario.service_id != service.pk:
            self.add_error(
                "scenario",
                _("“%(value)s” belongs to another service: choose a scenario of %(service)s.")
                % {"value": _with_service(scenario), "service": service.name},
            )
        return cleaned


def _with_service(scenario: Scenario) -> str:
    return f"{scenario.service.name}: {described(scenario)}"


class LineAdmin(RowAdmin):
    """The numbers of all services."""

    rights = rights.LINE
    section = Section.SERVICES
    form = LineForm
    settled = ("service",)
    list_display = ("number", "service", "rule", "active")
    list_filter = ("active", "service")
    list_select_related = ("service", "scenario")
    search_fields = ("number", "service__name")
    ordering = ("service__name", "number")

    def rule(self, line: Line) -> str:
        """The scenario in words."""
        return described(line.scenario)

    rule.short_description = gettext_lazy("Scenario")  # type: ignore[attr-defined]
