"""Telephone exchanges that report calls to us, and the keys with which they sign."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from callcenter.admin import rights
from callcenter.admin.base import RowAdmin
from callcenter.panel import Section
from integrations.models import Exchange
from integrations.telephony.registry import kinds

SHORTEST, LONGEST = 24, 200


class ExchangeForm(forms.ModelForm):  # type: ignore[type-arg]
    """The name stands in the address to which the exchange reports."""

    adapter = forms.ChoiceField(
        label=gettext_lazy("How it speaks to us"), choices=lambda: [(kind, kind) for kind in kinds()]
    )
    key = forms.CharField(
        label=gettext_lazy("New key"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    class Meta:
        model = Exchange
        fields = ("name", "adapter", "active")
        help_texts = {
            "name": gettext_lazy("Latin letters, digits and hyphens: it is part of the exchange's address here."),
            "active": gettext_lazy("Without this, whatever it sends is refused."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].help_text = self._of_key()

    def _of_key(self) -> str:
        if self.instance.old_key_id:
            return _("Two keys are valid. A new one puts an end to the older of them; empty: both stay.")
        if self.instance.key_id:
            return _("A key is stored and is never shown. A new one is valid beside it until you end the old one.")
        return _("The exchange signs with it. For instance: %(key)s") % {"key": secrets.token_urlsafe(32)}

    def clean_key(self) -> str:
        """Long enough not to be guessed; none where one is stored."""
        key: str = self.cleaned_data["key"].strip()
        if not key and not self.instance.key_id:
            raise forms.ValidationError(_("Without a key nothing that the exchange sends is believed: enter one."))
        if key and not SHORTEST <= len(key) <= LONGEST:
            raise forms.ValidationError(
                _("The key has %(count)d characters: %(least)d to %(most)d are possible.")
                % {"count": len(key), "least": SHORTEST, "most": LONGEST}
            )
        return key


class ExchangeAdmin(RowAdmin):
    """The exchanges. Keys go in and never come out; two are valid while one is being changed."""

    rights = rights.EXCHANGE
    section = Section.SERVICES
    form = ExchangeForm
    fields = ("name", "adapter", "active", "key")
    settled = ("name",)
    list_display = ("name", "adapter", "keys_stored", "active")
    list_filter = ("active",)
    search_fields = ("name",)
    ordering = ("name",)
    change_form_template = "panel/exchange.html"

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Exchange]:
        return Exchange.objects.defer("ciphertext", "old_ciphertext")

    def keys_stored(self, exchange: Exchange) -> int:
        """How many keys are valid."""
        return sum(key is not None for key in (exchange.key_id, exchange.old_key_id))

    keys_stored.short_description = gettext_lazy("Valid keys")  # type: ignore[attr-defined]

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        key = form.cleaned_data["key"]
        if not change:
            obj.put_keys([key])
            obj.save(force_insert=True)
            return
        obj.save(update_fields=[name for name in form.changed_data if name != "key"])
        if key:
            put_key(obj, key)

    @override
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        base = settings.SWITCH_PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
        shown = {"address": f"{base}/api/telephony/{found.name}/events", "two_keys": found.old_key_id} if found else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})

    @override
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.end_old_view)
        return [path("<uuid:pk>/end-old-key/", view, name="integrations_exchange_end_old"), *super().get_urls()]

    def end_old_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Let the older of two keys end, once the exchange signs with the newer."""
        exchange = self.get_object(request, str(pk)) if self.has_change_permission(request) else None
        if exchange is None or exchange.old_key_id is None:
            raise Http404
        back = reverse(f"{self.admin_site.name}:integrations_exchange_change", args=[exchange.pk])
        if request.method != "POST":
            title = str(self.opts.verbose_name).capitalize()
            context = {**self.admin_site.each_context(request), "title": title, "subtitle": exchange.name, "back": back}
            return render(request, "panel/exchange_end_old.html", context)
        Exchange.objects.filter(pk=exchange.pk).update(old_key_id=None, old_ciphertext=None)
        self.record(request, exchange, "old_key_ended")
        return HttpResponseRedirect(back, status=303)


def put_key(exchange: Exchange, key: str) -> None:
    """Seal the new key; the one before it stays valid beside it. The request cannot read either."""
    sealed = exchange.sealed([key])
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.put_exchange_key(%s, %s, %s)", [exchange.pk, sealed.key_id, sealed.ciphertext])
