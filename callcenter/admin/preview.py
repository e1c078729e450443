"""The page that answers "which scenario is in force at this moment, and why"."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callcenter.admin.scenario_words import judge
from callcenter.models import Scenario, TaxiService
from callcenter.panel import Section, centre, service
from callcenter.panel.models import DATE, TIME
from callcenter.panel.site import PanelSite, held_by


class MomentForm(forms.Form):
    """A service and a moment on its own clock; without one, now."""

    service = forms.ModelChoiceField(
        TaxiService.objects.none(), label=gettext_lazy("Service"), empty_label=None, to_field_name="id"
    )
    date = forms.DateField(
        label=gettext_lazy("Date"), widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"), required=False
    )
    time = forms.TimeField(
        label=gettext_lazy("Time"), widget=forms.TimeInput(attrs=TIME, format="%H:%M"), required=False
    )

    def __init__(self, data: Any, services: Any) -> None:
        super().__init__(data)
        self.fields["service"].queryset = services  # type: ignore[attr-defined]
        if services.count() == 1:
            self.fields["service"].widget = forms.HiddenInput()
            self.fields["service"].required = False


def in_force(request: HttpRequest, site: PanelSite) -> HttpResponse:
    """Ask for a moment; show the decision and what every rule has to do with it."""
    services = TaxiService.objects.order_by("name")
    form = MomentForm(request.GET or None, services)
    chosen = form.cleaned_data.get("service") if form.is_bound and form.is_valid() else None
    chosen = chosen or (services.first() if not form.errors else None)
    context: dict[str, Any] = {**site.each_context(request), "title": _("Which scenario is in force"), "form": form}
    if chosen is not None and not form.errors:
        context |= answer(chosen, form.cleaned_data if form.is_bound else {})
    return render(request, "panel/in_force.html", context)


def answer(chosen: TaxiService, asked: dict[str, Any]) -> dict[str, Any]:
    """The decision for this moment of the service's clock, and the fields as they were understood."""
    now = timezone.now().astimezone(ZoneInfo(chosen.time_zone))
    day, clock = asked.get("date") or now.date(), asked.get("time") or now.time().replace(second=0, microsecond=0)
    at = datetime.combine(day, clock, tzinfo=ZoneInfo(chosen.time_zone))
    rules = Scenario.objects.filter(service=chosen, active=True).order_by("-priority", "id")
    judged = judge(rules, at, chosen.time_zone)
    return {"chosen": chosen, "at": at, "judged": judged, "wins": next((item for item in judged if item.wins), None)}


def _centre(request: HttpRequest) -> HttpResponse:
    return in_force(request, centre)


def _service(request: HttpRequest) -> HttpResponse:
    assert held_by(request).service_id  # noqa: S101 - the right of a manager names the service
    return in_force(request, service)


centre.page(
    "scenarios/in-force/",
    _centre,
    name="scenario-in-force",
    label=gettext_lazy("In force"),
    section=Section.SERVICES,
    jobs=("admin", "supervisor"),
)
service.page(
    "scenarios/in-force/",
    _service,
    name="scenario-in-force",
    label=gettext_lazy("In force"),
    section=Section.SERVICES,
    jobs=("manager",),
)
