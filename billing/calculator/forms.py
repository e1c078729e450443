"""The asker's numbers as they are typed, and the file of a call log."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from billing.calculator.log import LogRefused, Month, read_log
from billing.calculator.room import Room, Taking
from callcenter.templatetags.amounts import grouped

MOST_MONEY = 10_000_000


class Figure(forms.CharField):
    """A number as people write it: blanks between thousands, a comma or a point."""

    def __init__(self, *, least: int = 0, most: int, whole: bool = False, **more: Any) -> None:
        mode = "numeric" if whole else "decimal"
        super().__init__(max_length=20, widget=forms.TextInput(attrs={"inputmode": mode, "class": "in"}), **more)
        self.least, self.most, self.whole = least, most, whole

    @override
    def clean(self, value: Any) -> Any:
        text = str(super().clean(value))
        try:
            number = Decimal("".join(text.split()).replace(",", "."))
        except InvalidOperation:
            number = Decimal("NaN")
        fits = number.is_finite() and self.least <= number <= self.most
        if not fits or (self.whole and number != number.to_integral_value()):
            kind = _("a whole number") if self.whole else _("a number")
            raise forms.ValidationError(
                _("“%(value)s” does not fit: write %(kind)s from %(least)s to %(most)s.")
                % {"value": text, "kind": kind, "least": grouped(self.least), "most": grouped(self.most)}
            )
        return int(number) if self.whole else number


class RoomForm(forms.Form):
    """The room of the asker; a new page shows an example."""

    taking = forms.ChoiceField(
        label=gettext_lazy("We would take"),
        choices=[
            (Taking.FULL, gettext_lazy("all calls")),
            (Taking.OVERFLOW, gettext_lazy("what your operators do not manage")),
            (Taking.NIGHT, gettext_lazy("the nights")),
        ],
        widget=forms.Select(attrs={"class": "in"}),
    )
    orders_a_day = Figure(label=gettext_lazy("Orders a day by telephone"), most=100_000, whole=True)
    missed = Figure(label=gettext_lazy("Calls that nobody answers, %"), most=90)
    night = Figure(label=gettext_lazy("Orders of the night, percent of all"), most=100)
    earns = Figure(label=gettext_lazy("What one order earns you, ₽"), most=MOST_MONEY)
    operators = Figure(label=gettext_lazy("Own operators"), most=1_000, whole=True)
    wage = Figure(label=gettext_lazy("Wage with tax, ₽"), most=MOST_MONEY)
    contributions = Figure(label=gettext_lazy("Contributions on wages, %"), most=100)
    seat = Figure(label=gettext_lazy("A seat: line, rent, computer, ₽"), most=MOST_MONEY)
    hours_a_week = Figure(label=gettext_lazy("Hours of work in a week"), least=1, most=168, whole=True)
    dismissed = Figure(label=gettext_lazy("How many operators you dismiss"), most=1_000, whole=True)

    @override
    def clean(self) -> dict[str, Any]:
        """Nobody is dismissed twice."""
        cleaned = super().clean() or {}
        there, gone = cleaned.get("operators"), cleaned.get("dismissed")
        if there is not None and gone is not None and gone > there:
            self.add_error(
                "dismissed",
                _("%(gone)d cannot be dismissed of %(there)d: write at most %(there)d.")
                % {"gone": gone, "there": there},
            )
        return cleaned

    def room(self) -> Room:
        """The numbers of a valid form."""
        return Room(**{**self.cleaned_data, "taking": Taking(self.cleaned_data["taking"])})


EXAMPLE = {
    "taking": Taking.FULL.value, "orders_a_day": "100", "missed": "0", "night": "25", "earns": "0", "operators": "3",
    "wage": "15 000", "contributions": "30,2", "seat": "2 500", "hours_a_week": "168", "dismissed": "3",
}  # fmt: skip


class LogForm(forms.Form):
    """A call log as a CSV file."""

    log = forms.FileField(
        label=gettext_lazy("Call log, CSV"), widget=forms.FileInput(attrs={"accept": ".csv,text/csv"})
    )

    def __init__(self, *args: Any, size: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.size = size

    @override
    def clean(self) -> dict[str, Any]:
        """A file that is too large was not taken at all."""
        most = settings.FILE_UPLOAD_MAX_MEMORY_SIZE
        if self.size > most:
            self.errors.pop("log", None)
            self.add_error(
                "log",
                _("The file has %(size)d MB: give one of at most %(most)d MB, a month of calls for instance.")
                % {"size": -(-self.size // 1024**2), "most": most // 1024**2},
            )
        return super().clean() or {}

    def months(self) -> list[Month]:
        """What the log says, month by month; none after an error, which the form then shows."""
        try:
            return read_log(self.cleaned_data["log"].read())
        except LogRefused as refusal:
            self.add_error("log", _(refusal.sentence) % refusal.numbers)
            return []
