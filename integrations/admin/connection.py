"""Connections to dispatch programs: an administrator keeps and tests them, a manager sees how the own one stands."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from typing_extensions import override

from callcenter.admin import rights
from callcenter.admin.base import RowAdmin
from callcenter.panel import PanelAdmin, Section
from integrations import checks
from integrations.admin.connection_form import ConnectionForm, spoken_by
from integrations.admin.setting_fields import PREFIX
from integrations.models import Connection
from integrations.secrets import ConnectionKey
from integrations.standing import Standing, standing, standings

SIGNS = {"ok": "✓", "warn": "▲", "bad": "✕", "info": "…"}


class Stands:
    """What both panels show of a connection's standing."""

    admin_site: Any

    def named(self, connection: Connection) -> str:
        """The program's own name."""
        return connection.get_kind_display()

    named.short_description = gettext_lazy("Dispatch program")  # type: ignore[attr-defined]

    def stands(self, connection: Any) -> str:
        """Sign and sentence."""
        return in_words(connection.standing)

    stands.short_description = gettext_lazy("State")  # type: ignore[attr-defined]

    def waiting(self, connection: Any) -> int:
        """How many orders wait for the program."""
        return int(connection.standing.waiting)

    waiting.short_description = gettext_lazy("Orders waiting")  # type: ignore[attr-defined]

    def box(self, request: HttpRequest, connection: Connection, *, theirs: bool) -> dict[str, Any]:
        """The context of the box that says how the connection stands."""
        name = f"{self.admin_site.name}:integrations_connection"
        return {
            "standing": standing(connection),
            "connection": connection,
            "theirs": theirs,
            "sign": SIGNS,
            "poll": reverse(f"{name}_standing", args=[connection.pk]),
        }


def in_words(stands: Standing) -> str:
    """Sign and sentence for a list."""
    sign = stands.words.sign
    return format_html('<span class="{}" aria-hidden="true">{}</span> {}', sign, SIGNS[sign], stands.words.title)


def with_standing(page: HttpResponse) -> HttpResponse:
    """Put the standing on every row of a list, in as many queries as for one."""
    changes = getattr(page, "context_data", {}).get("cl")
    if changes is not None:
        known = standings(changes.result_list)
        for connection in changes.result_list:
            connection.standing = known[connection.pk]
    return page


class ConnectionAdmin(Stands, RowAdmin):
    """The links to the services' dispatch programs."""

    rights = rights.CONNECTION
    section = Section.SERVICES
    form = ConnectionForm
    settled = ("service", "kind")
    list_display = ("service", "named", "base_url", "stands", "waiting", "active")
    list_filter = ("active",)
    list_select_related = ("service",)
    search_fields = ("service__name", "base_url")
    ordering = ("service__name", "-active")
    change_form_template = "panel/connection.html"

    @override
    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        names = [f"{PREFIX}{item.name}" for item in spoken_by(obj.kind if obj else request.POST.get("kind")).fields]
        may = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        where = ["service", "kind", "base_url", "private_allowed", "active", "most_at_once"]
        if not may:
            return [(None, {"fields": [*where, "fingerprint", "ca_pem"]})]
        return [
            (None, {"fields": [*where, "key"]}),
            (_("Certificate"), {"fields": ["trust", "fingerprint", "ca_pem"]}),
            (_("Settings of the program"), {"fields": names}),
        ]

    @override
    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The fields of the adapter come with the form itself, not from the model."""
        kwargs["fields"] = list(ConnectionForm.Meta.fields)
        if obj:
            kwargs["fields"] = [name for name in kwargs["fields"] if name not in self.settled]
        if not (self.has_change_permission(request, obj) if obj else self.has_add_permission(request)):
            kwargs["fields"] = []
        return super().get_form(request, obj, change, **kwargs)

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Seal a new key, write what changed, and ask a worker to try it."""
        written = {"stored", *(name for name in form.changed_data if not name.startswith(PREFIX))}
        if form.cleaned_data["key"]:
            obj.put_key(ConnectionKey(secret=form.cleaned_data["key"]))
            written |= {"key_id", "ciphertext"}
        if "trust" in written:
            written |= {"fingerprint", "ca_pem"}
        if change:
            obj.save(update_fields=sorted(written - {"trust", "key"}))
        else:
            obj.save(force_insert=True)
        checks.ask_for(obj)

    @override
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return with_standing(super().changelist_view(request, extra_context))

    @override
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        box = self.box(request, found, theirs=False) | {"may_check": self.may(request, "check")} if found else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **box})

    @override
    def may(self, request: HttpRequest, what: str) -> bool:
        return super().may(request, what) or (what == "check" and super().may(request, "change"))

    @override
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/check/", view(require_POST(self.check_view)), name="integrations_connection_check"),
            path("<uuid:pk>/standing/", view(require_GET(self.standing_view)), name="integrations_connection_standing"),
            *super().get_urls(),
        ]

    def check_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Let a worker test the connection now; the page shows the outcome when it is there."""
        connection = self.get_object(request, str(pk)) if self.may(request, "check") else None
        if connection is None:
            raise Http404
        check = checks.ask_for(connection)
        self.record(request, connection, "checked", check=str(check.pk))
        return HttpResponseRedirect(f"{_url(self, connection)}#standing", status=303)

    def standing_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The box alone, for the page that waits."""
        connection = self.get_object(request, str(pk)) if self.has_view_permission(request) else None
        if connection is None:
            raise Http404
        return render(request, "panel/standing.html", self.box(request, connection, theirs=False))

    @override
    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        messages.success(request, _("Saved. The connection is being tested with it."))
        return HttpResponseRedirect(f"{_url(self, obj)}#standing", status=303)

    @override
    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return self.response_change(request, obj)


def _url(admin: Any, connection: Connection) -> str:
    return reverse(f"{admin.admin_site.name}:integrations_connection_change", args=[connection.pk])


class OwnConnectionAdmin(Stands, PanelAdmin):
    """How the own connection stands, for the manager of the service."""

    rights = rights.OWN_CONNECTION
    section = Section.LIVE
    fields = ("named", "base_url", "active")
    list_display = ("named", "base_url", "stands", "waiting")
    ordering = ("-active",)
    change_form_template = "panel/connection.html"

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        own: QuerySet[Connection] = super().get_queryset(request).filter(service=request.user.service_id)  # type: ignore[union-attr]
        return own

    @override
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return with_standing(super().changelist_view(request, extra_context))

    @override
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        box = self.box(request, found, theirs=True) if found else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **box})

    @override
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_GET(self.standing_view))
        return [path("<uuid:pk>/standing/", view, name="integrations_connection_standing"), *super().get_urls()]

    def standing_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The box alone, for the page that waits."""
        connection = self.get_object(request, str(pk))
        if connection is None:
            raise Http404
        return render(request, "panel/standing.html", self.box(request, connection, theirs=True))
