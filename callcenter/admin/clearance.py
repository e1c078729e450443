"""Clearances: who may take whose calls, and until when."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from callcenter.admin import rights
from callcenter.admin.base import RowAdmin, active_or
from callcenter.hues import lookalike
from callcenter.models import Clearance, Job, Person, TaxiService
from callcenter.panel import Section

SOON = timedelta(days=30)
LONGEST = timedelta(days=3 * 366)


class StandingFilter(SimpleListFilter):
    """Valid, soon to end, ended, withdrawn."""

    title = gettext_lazy("standing")
    parameter_name = "standing"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("valid", _("Valid")),
            ("soon", _("Ends within 30 days")),
            ("ended", _("Ended")),
            ("withdrawn", _("Withdrawn")),
        ]

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = timezone.now().date()
        live = Q(revoked_at__isnull=True, valid_until__gte=today)
        wanted = {
            "valid": live & Q(valid_from__lte=today),
            "soon": live & Q(valid_until__lte=today + SOON),
            "ended": Q(revoked_at__isnull=True, valid_until__lt=today),
            "withdrawn": Q(revoked_at__isnull=False),
        }
        return queryset.filter(wanted[self.value() or ""]) if self.value() in wanted else queryset


class ClearanceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A signed agreement and a passed training; without them there is no clearance."""

    withdrawn = forms.BooleanField(
        label=gettext_lazy("Withdrawn"),
        required=False,
        help_text=gettext_lazy("No further call of this service reaches the operator; a call on the line goes on."),
    )

    class Meta:
        model = Clearance
        fields = ("service", "person", "nda_signed_on", "trained_on", "valid_from", "valid_until")
        help_texts = {"valid_until": gettext_lazy("The last day on which it holds.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["withdrawn"] = self.instance.revoked_at is not None
        if "person" in self.fields:
            operators = Person.objects.filter(job=Job.OPERATOR, active=True).order_by("name")
            self.fields["person"].queryset = operators  # type: ignore[attr-defined]
        if "service" in self.fields:
            services = active_or(self.instance.service_id, TaxiService.objects.order_by("name"))
            self.fields["service"].queryset = services  # type: ignore[attr-defined]

    def clean_nda_signed_on(self) -> date:
        """Not in the future."""
        return _past(self.cleaned_data["nda_signed_on"])

    def clean_trained_on(self) -> date:
        """Not in the future."""
        return _past(self.cleaned_data["trained_on"])

    @override
    def clean(self) -> dict[str, Any]:
        """The days in their order."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("valid_from"), cleaned.get("valid_until")
        if first and last and last < first:
            self._refuse("valid_until", last, _("it lies before the first day, %(bound)s"), bound=first)
        elif first and last and last - first > LONGEST:
            self._refuse("valid_until", last, _("a clearance lasts three years at most, here until %(bound)s"),
                         bound=first + LONGEST)  # fmt: skip
        for name in ("nda_signed_on", "trained_on"):
            if first and cleaned.get(name) and first < cleaned[name]:
                sentence = _("the agreement and the training come first, here on %(bound)s")
                self._refuse("valid_from", first, sentence, bound=cleaned[name])
                break
        return cleaned

    def _refuse(self, field: str, value: date, sentence: str, *, bound: date) -> None:
        told = sentence % {"bound": date_format(bound, "SHORT_DATE_FORMAT")}
        self.add_error(field, f"{date_format(value, 'SHORT_DATE_FORMAT')}: {told}.")


def _past(day: date) -> date:
    today = timezone.now().date()
    if day > today + timedelta(days=1):
        raise forms.ValidationError(
            _("%(value)s has not come yet: write the day on which it was done.")
            % {"value": date_format(day, "SHORT_DATE_FORMAT")}
        )
    return day


class ClearanceAdmin(RowAdmin):
    """The clearances of all operators for all services."""

    rights = rights.CLEARANCE
    section = Section.PEOPLE
    form = ClearanceForm
    settled = ("service", "person")
    fields = ("service", "person", "nda_signed_on", "trained_on", "valid_from", "valid_until", "withdrawn")
    list_display = ("person", "service", "valid_from", "valid_until", "standing")
    list_filter = (StandingFilter, "service")
    list_select_related = ("person", "service")
    search_fields = ("person__name", "person__login", "service__name")
    ordering = ("valid_until", "person__name")

    @override
    def heading(self, clearance: Clearance) -> str:
        return f"{clearance.person.name} – {clearance.service.name}"

    def standing(self, clearance: Clearance) -> str:
        """In one word."""
        today = timezone.now().date()
        if clearance.revoked_at:
            return _("withdrawn")
        if clearance.valid_until < today:
            return _("ended")
        if clearance.valid_from > today:
            return _("not yet")
        return _("ends soon") if clearance.valid_until <= today + SOON else _("valid")

    standing.short_description = gettext_lazy("Standing")  # type: ignore[attr-defined]

    @override
    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        today = timezone.now().date()
        year = {"valid_from": today, "valid_until": today + timedelta(days=364)}
        return {**year, **super().get_changeform_initial_data(request)}

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if "withdrawn" in form.changed_data:
            obj.revoked_at = timezone.now() if form.cleaned_data["withdrawn"] else None
        if change and "withdrawn" in form.changed_data:
            obj.save(update_fields=["revoked_at"])
        super().save_model(request, obj, form, change)
        twin = lookalike(obj.service)
        if twin:
            messages.warning(
                request,
                _("%(one)s and %(other)s now share operators and look alike: give one another colour or monogram.")
                % {"one": obj.service.name, "other": twin.name},
            )
