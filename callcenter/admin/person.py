"""People: who works here and for the services, and how each gets in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from callcenter import people
from callcenter.admin import rights
from callcenter.admin.base import RowAdmin, active_or
from callcenter.models import Clearance, Invitation, Job, Person, Seat, TaxiService, Workplace
from callcenter.panel import Section
from callcenter.panel.site import held_by
from callcenter.refusals import Refused

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")
Act = Callable[..., Any]


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """Rights follow from the job, so that neither job nor service changes later: a new job is a new login."""

    by: Any = None

    class Meta:
        model = Person
        fields = ("name", "login", "job", "service", "usual_workplace")
        help_texts = {
            "login": gettext_lazy("3 to 60 small Latin letters, digits, dots, hyphens and underscores."),
            "job": gettext_lazy("It decides what this login opens, and stays as it is."),
            "service": gettext_lazy("Of a service manager only."),
            "usual_workplace": gettext_lazy("Where an operator sits who names no other at login."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "job" in self.fields and self.by.job != Job.ADMIN:
            self.fields["job"].choices = [(Job.OPERATOR.value, Job.OPERATOR.label)]  # type: ignore[attr-defined]
        if "service" in self.fields:
            services = active_or(self.instance.service_id, TaxiService.objects.order_by("name"))
            self.fields["service"].queryset = services  # type: ignore[attr-defined]
        if "usual_workplace" in self.fields:
            places = active_or(self.instance.usual_workplace_id, Workplace.objects.order_by("extension"))
            field: Any = self.fields["usual_workplace"]
            field.queryset, field.label_from_instance = places, lambda place: f"{place.extension} · {place.name}"

    def clean_login(self) -> str:
        """As it is compared at login, and nobody else's."""
        login: str = self.cleaned_data["login"].strip().lower()
        if not _LOGIN.fullmatch(login):
            raise forms.ValidationError(
                _("“%(value)s” is no login: use 3 to 60 small Latin letters, digits, dots, hyphens and underscores.")
                % {"value": login}
            )
        if Person.objects.filter(login=login).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(
                _("“%(value)s” is somebody's login already: choose another.") % {"value": login}
            )
        return login

    @override
    def clean(self) -> dict[str, Any]:
        """A manager belongs to a service, nobody else does."""
        cleaned = super().clean() or {}
        manages, service = cleaned.get("job") == Job.MANAGER, cleaned.get("service")
        if "job" in cleaned and manages and not service:
            self.add_error("service", _("A service manager needs a service: choose whose manager this is."))
        if "job" in cleaned and not manages and service:
            self.add_error("service", _("Only a service manager belongs to a service: leave it empty."))
        return cleaned


class PersonAdmin(RowAdmin):
    """Invite, block, let in again, give a new password: all at once, all on record."""

    rights = rights.PERSON
    section = Section.PEOPLE
    form = PersonForm
    settled = ("job", "service")
    list_display = ("name", "login", "job", "service", "standing")
    list_filter = ("job", "active")
    list_select_related = ("service",)
    search_fields = ("name", "login")
    ordering = ("name", "login")
    change_form_template = "panel/person.html"

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        latest = Invitation.objects.filter(person=OuterRef("pk")).order_by("-created_at")
        link = {"link_used": latest.values("used_at")[:1], "link_ends": latest.values("expires_at")[:1]}
        found: QuerySet[Person] = super().get_queryset(request)
        return found.annotate(**{name: Subquery(values) for name, values in link.items()})

    @override
    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return type("PersonForm", (super().get_form(request, obj, change, **kwargs),), {"by": request.user})

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or looks_after(held_by(request).job, obj))

    def standing(self, person: Any) -> str:
        """Whether the person can log in, and if not, why."""
        if not person.active:
            return _("blocked")
        if person.link_ends is None or person.link_used is not None:
            return _("can log in")
        return _("invited") if person.link_ends > timezone.now() else _("invitation has lapsed")

    standing.short_description = gettext_lazy("Standing")  # type: ignore[attr-defined]

    @override
    def get_urls(self) -> list[Any]:
        acts = {"invite": self.invite_view, "block": self.block_view, "unblock": self.unblock_view}
        own = [
            path(f"<uuid:person>/{name}/", self.admin_site.admin_view(view), name=f"callcenter_person_{name}")
            for name, view in acts.items()
        ]
        return [*own, *super().get_urls()]

    def invite_view(self, request: HttpRequest, person: Any) -> HttpResponse:
        """A link to choose a password; the one that was valid before is void from then on."""
        return self._act(request, person, self._linked, template="panel/person_reset.html")

    def block_view(self, request: HttpRequest, person: Any) -> HttpResponse:
        """Out at once, from an open dialog too."""
        return self._act(request, person, self._blocked, template="panel/person_block.html")

    def unblock_view(self, request: HttpRequest, person: Any) -> HttpResponse:
        """In again, with the password from before."""
        return self._act(request, person, self._unblocked, template="panel/person_unblock.html")

    @override
    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return self._linked(request, obj)

    def _act(self, request: HttpRequest, pk: Any, act: Act, *, template: str) -> HttpResponse:
        """Ask first; a POST does it. A refusal leads back to the person with its sentence."""
        person = self.get_object(request, str(pk))
        if person is None or not looks_after(held_by(request).job, person):
            raise Http404
        if request.method != "POST":
            return render(request, template, self._context(request, person))
        try:
            response: HttpResponse = act(request, person)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return self._back(person)
        return response

    def _linked(self, request: HttpRequest, person: Person) -> HttpResponse:
        link = people.invite(person, by=held_by(request))
        url = request.build_absolute_uri(reverse("invitation", args=[link.token]))
        return render(request, "panel/person_link.html", {**self._context(request, person), "link": link, "url": url})

    def _blocked(self, request: HttpRequest, person: Person) -> HttpResponse:
        people.block(person, by=held_by(request))
        messages.success(request, _("%(name)s is blocked: every right and seat has ended.") % {"name": person.name})
        return self._back(person)

    def _unblocked(self, request: HttpRequest, person: Person) -> HttpResponse:
        people.unblock(person, by=held_by(request))
        messages.success(request, _("%(name)s can log in again.") % {"name": person.name})
        return self._back(person)

    @override
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **about(object_id)})

    def _context(self, request: HttpRequest, person: Person) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(self.opts.verbose_name).capitalize(),
            "subtitle": person.name,
            "person": person,
            "self_too": person.pk == held_by(request).pk,
            "back": self._url(person),
        }

    def _url(self, person: Person) -> str:
        return reverse(f"{self.admin_site.name}:callcenter_person_change", args=[person.pk])

    def _back(self, person: Person) -> HttpResponse:
        return HttpResponseRedirect(self._url(person), status=303)


def looks_after(job: str, person: Person) -> bool:
    """The rule of `app.may_look_after`, which has the last word."""
    return job == Job.ADMIN or (job == Job.SUPERVISOR and person.job == Job.OPERATOR)


def about(object_id: str) -> dict[str, Any]:
    """What stands beside the form: the open seat and the clearances."""
    try:
        person = UUID(object_id)
    except ValueError:
        return {}
    seats = Seat.objects.filter(person_id=person, closed_at__isnull=True).defer("secret_hash")
    held = Clearance.objects.filter(person_id=person, revoked_at__isnull=True, valid_until__gte=timezone.now().date())
    return {
        "seat": seats.select_related("workplace").first(),
        "clearances": held.select_related("service").order_by("service__name"),
    }
