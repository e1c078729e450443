"""The form of a connection: where, whom to believe, which key, and what the adapter needs to know."""

from __future__ import annotations

import re
from typing import Any

from cryptography import x509
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from callcenter.admin.base import active_or
from callcenter.contracts import DispatchAdapter, Target, TransportFailure
from callcenter.models import TaxiService
from integrations.admin.setting_fields import NOTHING_OFFERED, PREFIX, Offered, form_fields, read_entered
from integrations.dispatch.registry import adapter, kinds
from integrations.egress import read_place
from integrations.models import Connection, ConnectionCheck, dispatch_kinds

USUAL_KIND = "taximaster"  # most services run it
PUBLIC, PINNED, OWN = "public", "pinned", "own"
MOST = 64
SHORTEST_KEY, LONGEST_KEY = 4, 200
_HEX = re.compile(r"[0-9a-f]{64}")


class ConnectionForm(forms.ModelForm):  # type: ignore[type-arg]
    """The key goes in and never comes out: an empty field leaves the stored one."""

    kind = forms.ChoiceField(label=gettext_lazy("Dispatch program"))
    base_url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=200,
        help_text=gettext_lazy("Such as https://tm.example.ru:8089, without anything behind the port."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    trust = forms.ChoiceField(
        label=gettext_lazy("Whose certificate is believed"),
        choices=(
            (PUBLIC, gettext_lazy("One of a public authority that names the host")),
            (PINNED, gettext_lazy("The one with this fingerprint and no other")),
            (OWN, gettext_lazy("The one entered below, or one of its own authority")),
        ),
        widget=forms.RadioSelect,
    )
    fingerprint = forms.CharField(
        label=gettext_lazy("Fingerprint"),
        required=False,
        max_length=200,
        help_text=gettext_lazy(
            "SHA-256 of the certificate: 64 digits and letters a–f; colons and spaces do not matter."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "size": 70}),
    )
    key = forms.CharField(
        label=gettext_lazy("Key"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    class Meta:
        model = Connection
        fields = ("service", "kind", "base_url", "private_allowed", "fingerprint", "ca_pem", "most_at_once", "active")
        help_texts = {
            "private_allowed": gettext_lazy("Permits addresses such as 10.0.0.5, which are refused otherwise."),
            "ca_pem": gettext_lazy("In the form -----BEGIN CERTIFICATE-----"),
            "most_at_once": gettext_lazy("How many orders may be on their way to the program at the same time."),
            "active": gettext_lazy("One connection of a service is in use at a time."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "base_url" not in self.fields:
            return
        stored = self.instance.stored or {}
        if "kind" in self.fields:
            self.fields["kind"].choices = dispatch_kinds()  # type: ignore[attr-defined]
            self.fields["kind"].initial = USUAL_KIND
        self.fields.update(form_fields(self.speaks.fields, stored, offered_by(self.instance)))
        self.initial["trust"] = trust_of(self.instance)
        self.fields["key"].help_text = self._of_key()
        if "service" in self.fields:
            services = active_or(self.instance.service_id, TaxiService.objects.order_by("name"))
            self.fields["service"].queryset = services  # type: ignore[attr-defined]

    @property
    def speaks(self) -> DispatchAdapter:
        """The adapter of the kind that is chosen."""
        return spoken_by(self.instance.kind or self.data.get("kind"))

    def _of_key(self) -> str:
        if self.instance.key_id:
            return _("A key is stored and is never shown. Enter a new key to replace it; empty: it stays.")
        return _("From the settings of the program's API. It is stored sealed and never shown again.")

    def clean_base_url(self) -> str:
        """An address to which requests may go."""
        written: str = self.cleaned_data["base_url"].strip().rstrip("/")
        private = bool(self.data.get("private_allowed"))
        try:
            read_place(Target(service=self.instance.pk, base_url=written, private_allowed=private))
        except TransportFailure:
            raise forms.ValidationError(
                _("“%(value)s” is no address of a program: write https://name:port.") % {"value": written[:80]}
                + (_(" Without https only on a private network.") if written.startswith("http:") else "")
            ) from None
        return written

    def clean_fingerprint(self) -> str:
        """Sixty-four hexadecimal digits, however they are written."""
        written: str = self.cleaned_data["fingerprint"]
        digits = re.sub(r"[\s:]", "", written).lower().removeprefix("sha256fingerprint=")
        if self.data.get("trust") != PINNED:
            return ""
        if not _HEX.fullmatch(digits):
            raise forms.ValidationError(
                _("“%(value)s” is no fingerprint: 64 digits and letters a–f are expected, these are %(count)d.")
                % {"value": written[:80], "count": len(digits)}
            )
        return digits

    def clean_ca_pem(self) -> str:
        """One or several certificates that can be read."""
        written: str = self.cleaned_data["ca_pem"].strip()
        if self.data.get("trust") != OWN:
            return ""
        try:
            x509.load_pem_x509_certificates(written.encode())
        except ValueError:
            raise forms.ValidationError(
                _("“%(value)s…” is no certificate: paste it from -----BEGIN CERTIFICATE----- to the end.")
                % {"value": written[:30]}
            ) from None
        return written

    def clean_key(self) -> str:
        """A key, or none where one is stored."""
        key: str = self.cleaned_data["key"].strip()
        if not key and not self.instance.key_id:
            raise forms.ValidationError(_("Without a key the program refuses every order: enter it."))
        if key and not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
            raise forms.ValidationError(
                _("The key has %(count)d characters: %(least)d to %(most)d are possible.")
                % {"count": len(key), "least": SHORTEST_KEY, "most": LONGEST_KEY}
            )
        return key

    def clean_most_at_once(self) -> int:
        """Between one and what a program of this kind bears."""
        most: int = self.cleaned_data["most_at_once"]
        if not 1 <= most <= MOST:
            raise forms.ValidationError(
                _("%(value)d at once is not possible: use a number from 1 to %(most)d.") % {"value": most, "most": MOST}
            )
        return most

    @override
    def clean(self) -> dict[str, Any]:
        """The adapter has the last word on its settings, and a service one connection in use."""
        cleaned = super().clean() or {}
        self.instance.stored = read_entered(self.speaks.fields, cleaned, self.instance.stored or {})
        if not self.errors:
            self._ask_adapter(cleaned["key"] or "a key is stored")
        service = cleaned.get("service") or (self.instance.service_id and self.instance.service)
        if service and cleaned.get("active"):
            others = Connection.objects.filter(service=service, active=True).exclude(pk=self.instance.pk)
            if others.exists():
                self.add_error(
                    "active",
                    _("%(service)s has another connection in use: switch that one off first.")
                    % {"service": service.name},
                )
        return cleaned

    def _ask_adapter(self, key: str) -> None:
        try:
            self.speaks.read_settings(self.instance.stored, key)
        except ValueError as error:
            name = f"{PREFIX}{str(error).split(' ', 1)[0]}"
            self.add_error(name if name in self.fields else None, str(error))


def spoken_by(kind: str | None) -> DispatchAdapter:
    """The adapter of this kind; of the usual one while none is chosen."""
    return adapter(kind if kind in kinds() else USUAL_KIND)


def offered_by(connection: Connection) -> Offered:
    """The program's own lists as the newest check that has looked around has seen them."""
    checks = ConnectionCheck.objects.filter(service=connection.service_id, connection=connection.pk)
    newest = checks.exclude(offered={}).order_by("-asked_at").values_list("offered", flat=True).first()
    return newest or NOTHING_OFFERED


def trust_of(connection: Connection) -> str:
    """Which of the three modes holds."""
    if connection.fingerprint:
        return PINNED
    return OWN if connection.ca_pem else PUBLIC
