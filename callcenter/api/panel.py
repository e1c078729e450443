"""The page "API keys" of both panels: make a key, see when each was last used, end one at once."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from callcenter.api import keys
from callcenter.api.credentials import public_text
from callcenter.models import Job, ProgramKey, Scope, TaxiService
from callcenter.panel import Section, centre, service
from callcenter.panel.site import PanelSite, held_by
from callcenter.refusals import NotHere, Refused

LASTS = (
    (365, gettext_lazy("one year")),
    (90, gettext_lazy("90 days")),
    (0, gettext_lazy("until it is revoked")),
)


class KeyForm(forms.Form):
    """What the key is for and what it opens."""

    service = forms.ModelChoiceField(TaxiService.objects.none(), label=gettext_lazy("Service"))
    label = forms.CharField(
        label=gettext_lazy("Which program will use it"),
        max_length=60,
        error_messages={
            "required": gettext_lazy("Say which program will use it: a key without a name is revoked by nobody."),
            "max_length": gettext_lazy("This is %(show_value)s characters long; at most %(limit_value)s fit."),
        },
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it opens"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one: a key that opens nothing is of no use.")},
    )
    days = forms.TypedChoiceField(label=gettext_lazy("Lasts"), choices=LASTS, coerce=int, initial=LASTS[0][0])

    def __init__(self, data: Any, own: UUID | None) -> None:
        super().__init__(data, label_suffix="")
        if own is None:
            services: Any = self.fields["service"]
            services.queryset = TaxiService.objects.filter(active=True).order_by("name")
        else:
            del self.fields["service"]


@require_http_methods(["GET", "POST"])
def key_list(request: HttpRequest, site: PanelSite) -> HttpResponse:
    """All keys, and the form for a new one. The new key is on the answer to the form and nowhere else."""
    holder = held_by(request)
    form = KeyForm(request.POST or None, holder.service_id)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        owner = holder.service_id or given["service"].pk
        try:
            made = keys.create(owner, label=given["label"], scopes=given["scopes"], days=given["days"], by=holder)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return render(request, "panel/key_made.html", _context(request, site, _("New API key"), made=made))
    rows = [_shown(row) for row in keys.visible()]
    context = _context(request, site, _("API keys"), form=form, rows=rows, of_all=holder.service_id is None)
    return render(request, "panel/keys.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def key_revoke(request: HttpRequest, key: UUID, site: PanelSite) -> HttpResponse:
    """Ask, then end it."""
    row = keys.visible().filter(pk=key, revoked_at__isnull=True).first()
    if row is None:
        raise Http404
    if request.method != "POST":
        return render(request, "panel/key_revoke.html", _context(request, site, _("Revoke a key"), row=row))
    try:
        keys.revoke(row, by=held_by(request))
    except NotHere:
        raise Http404 from None
    messages.success(request, _("The key “%(label)s” opens nothing any more.") % {"label": row.label})
    return HttpResponseRedirect(_back(site), status=303)


def _shown(row: ProgramKey) -> dict[str, Any]:
    """One line of the list."""
    over = row.expires_at is not None and row.expires_at <= timezone.now()
    return {
        "key": row,
        "public": public_text(row.pk),
        "opens": ", ".join(str(Scope(scope).label) for scope in row.scopes.split()),
        "standing": "revoked" if row.revoked_at else "over" if over else "live",
    }


def _context(request: HttpRequest, site: PanelSite, title: str, **more: Any) -> dict[str, Any]:
    return {
        **site.each_context(request),
        "title": title,
        "back": _back(site),
        "revoke": f"{site.name}:key-revoke",
        **more,
    }


def _back(site: PanelSite) -> str:
    return reverse(f"{site.name}:keys")


for panel, jobs, section in ((centre, (Job.ADMIN,), Section.SERVICES), (service, (Job.MANAGER,), Section.SERVICES)):
    panel.page(
        "keys/",
        partial(key_list, site=panel),
        name="keys",
        label=gettext_lazy("API keys"),
        section=section,
        jobs=jobs,
    )
    panel.page("keys/<uuid:key>/revoke/", partial(key_revoke, site=panel), name="key-revoke", jobs=jobs)
