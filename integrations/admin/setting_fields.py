"""An adapter's own settings as fields of a form, and what was entered as the adapter stores it."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _
from typing_extensions import override

from callcenter.contracts import SettingField

PREFIX = "setting_"
Offered = Mapping[str, Sequence[tuple[str, str]]]
NOTHING_OFFERED: Offered = {}


class ZoneField(forms.CharField):
    """A name of the IANA list."""

    @override
    def clean(self, value: Any) -> Any:
        name = super().clean(value)
        if name and name not in available_timezones():
            raise forms.ValidationError(
                _("%(value)s is not a time zone. Use an IANA name such as Europe/Moscow.") % {"value": name}
            )
        return name


class NumberField(forms.Field):
    """A whole number above 0, or nothing."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    @override
    def clean(self, value: Any) -> int | None:
        written = str(super().clean(value) or "").strip()
        if not written:
            return None
        if not (written.isascii() and written.isdigit() and int(written)):
            raise forms.ValidationError(
                _("“%(value)s” is no number of the program: write a whole number above 0, or leave it empty.")
                % {"value": written[:40]}
            )
        return int(written)


def form_fields(
    described: Sequence[SettingField], stored: Mapping[str, Any], offered: Offered = NOTHING_OFFERED
) -> dict[str, forms.Field]:
    """One field for each setting, with what is stored in it; a number that the program lists is chosen by its name."""
    return {f"{PREFIX}{item.name}": _field(item, stored.get(item.name), offered.get(item.name)) for item in described}


def read_entered(
    described: Sequence[SettingField], entered: Mapping[str, Any], stored: Mapping[str, Any]
) -> dict[str, Any]:
    """What is to be stored: the fields as entered, and whatever else is stored already."""
    known = {item.name for item in described}
    kept = {name: value for name, value in stored.items() if name not in known}
    filled = {name: entered.get(f"{PREFIX}{name}") for name in (item.name for item in described)}
    return {**kept, **{name: value for name, value in filled.items() if value not in (None, "")}}


def _field(item: SettingField, value: Any, listed: Sequence[tuple[str, str]] | None) -> forms.Field:
    common: dict[str, Any] = {
        "label": _(item.label),
        "help_text": _(item.hint) if item.hint else "",
        "required": item.required,
        "initial": item.default if value is None else value,
    }
    if item.form == "choice":
        return forms.ChoiceField(choices=[(key, _(label)) for key, label in item.choices], **common)
    if item.form == "number" and listed:
        return NumberField(widget=forms.Select(choices=_choices(listed, value)), **common)
    if item.form == "number":
        return NumberField(**common)
    return (ZoneField if item.form == "zone" else forms.CharField)(**common)


def _choices(listed: Sequence[tuple[str, str]], value: Any) -> list[tuple[str, str]]:
    """The program's list by its names; a stored number that has gone from it stays to be seen."""
    choices = [("", "–"), *((number, f"{label} ({number})") for number, label in listed)]
    if value is not None and str(value) not in dict(choices):
        choices.append((str(value), _("%(number)s: not in the program's list") % {"number": value}))
    return choices
