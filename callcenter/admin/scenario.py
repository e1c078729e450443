"""Scenarios: when and why a service's calls come to the centre."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from callcenter.admin import rights
from callcenter.admin.base import RowAdmin, active_or
from callcenter.admin.scenario_words import EVERY_DAY, days_named, described
from callcenter.models import Scenario, TaxiService
from callcenter.panel import Section

LEAST, MOST = -100, 100


class ScenarioForm(forms.ModelForm):  # type: ignore[type-arg]
    """One rule: the full one holds always, every other has its time."""

    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("Weekdays"),
        choices=lambda: [(str(number + 1), name) for number, name in WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("A night belongs to the day on which it begins."),
    )
    priority = forms.IntegerField(
        label=gettext_lazy("Priority"),
        initial=0,
        help_text=gettext_lazy("Of several rules that hold at once the highest decides, then the narrower time."),
    )

    class Meta:
        model = Scenario
        fields = ("service", "kind", "starts", "ends", "weekdays", "priority", "active")
        help_texts = {
            "starts": gettext_lazy("In the service's own time. The full scenario has no times."),
            "ends": gettext_lazy("A time before the beginning is of the next day; the same time is a whole day."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["weekdays"] = list(self.instance.weekdays or EVERY_DAY)
        if "service" in self.fields:
            services = active_or(self.instance.service_id, TaxiService.objects.order_by("name"))
            self.fields["service"].queryset = services  # type: ignore[attr-defined]

    def clean_weekdays(self) -> str:
        """As they are stored."""
        return "".join(sorted(self.cleaned_data["weekdays"]))

    def clean_priority(self) -> int:
        """Within reason."""
        priority: int = self.cleaned_data["priority"]
        if not LEAST <= priority <= MOST:
            raise forms.ValidationError(
                _("%(value)d is no priority: use a whole number from %(least)d to %(most)d.")
                % {"value": priority, "least": LEAST, "most": MOST}
            )
        return priority

    @override
    def clean(self) -> dict[str, Any]:
        """Times belong to the kind."""
        cleaned = super().clean() or {}
        times = [name for name in ("starts", "ends") if cleaned.get(name) is not None]
        if cleaned.get("kind") == "full" and times:
            for name in times:
                self.add_error(name, _("The full scenario holds always: leave both times empty, or choose another."))
        elif cleaned.get("kind") and cleaned["kind"] != "full":
            for name in {"starts", "ends"} - set(times) - set(self.errors):
                self.add_error(name, _("This kind needs both times: write when it begins and when it ends."))
        return cleaned


class ScenarioAdmin(RowAdmin):
    """The rules of all services."""

    rights = rights.SCENARIO
    section = Section.SERVICES
    form = ScenarioForm
    settled = ("service",)
    list_display = ("service", "kind", "starts", "ends", "days", "priority", "active")
    list_display_links = ("kind",)
    list_filter = ("active", "kind", "service")
    list_select_related = ("service",)
    search_fields = ("service__name",)
    ordering = ("service__name", "-priority", "kind")
    change_list_template = "panel/scenarios.html"

    @override
    def heading(self, scenario: Scenario) -> str:
        return f"{scenario.service.name}: {described(scenario)}"

    def days(self, scenario: Scenario) -> str:
        """The weekdays."""
        return _("every day") if scenario.weekdays == EVERY_DAY else days_named(scenario.weekdays)

    days.short_description = gettext_lazy("Weekdays")  # type: ignore[attr-defined]
