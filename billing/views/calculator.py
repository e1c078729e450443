"""What it costs: a page for everybody. The numbers stand in its address, so that it can be sent on; nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from billing.calculator.forms import EXAMPLE, LogForm, RoomForm
from billing.calculator.log import Month
from billing.calculator.picture import picture
from billing.calculator.room import Answer, Step, answer, steps
from billing.tariffs.catalogue import OFFERS, TARIFFS
from callcenter.tenancy.middleware import without_unit

OFFER = "packages"
OFFERED = tuple(code for code in TARIFFS if OFFERS[code] == OFFER)
PER_ORDER = tuple(code for code in OFFERED if code.startswith("PER-ORDER"))
PACKAGES = tuple(code for code in OFFERED if code not in PER_ORDER)


@without_unit
@require_GET
def cost(request: HttpRequest) -> HttpResponse:
    """Without numbers an example; with wrong ones their sentences, and the example beside them."""
    form = RoomForm({**EXAMPLE, **request.GET.dict()})
    return _page(request, form, LogForm(), status=200 if form.is_valid() else 422)


@without_unit
@require_POST
def from_log(request: HttpRequest) -> HttpResponse:
    """The same from the own history: the last whole month of a log fills the form."""
    log = LogForm(request.POST, request.FILES, size=int(request.META.get("CONTENT_LENGTH") or 0))
    months = log.months() if log.is_valid() else []
    known = _numbers_of(months[-1]) if months else {}
    form = RoomForm({**EXAMPLE, **known})
    form.is_valid()
    return _page(request, form, log, months=months, status=200 if months else 422)


def _numbers_of(month: Month) -> dict[str, str]:
    return {
        "orders_a_day": str(month.orders_a_day),
        "missed": str(min(month.missed, Decimal(90))),
        "night": str(month.night),
    }


def _page(
    request: HttpRequest, form: RoomForm, log: LogForm, *, months: Sequence[Month] = (), status: int
) -> HttpResponse:
    shown = form if form.is_valid() else RoomForm(EXAMPLE)
    shown.is_valid()
    given = answer(shown.room(), OFFERED)
    context = {
        "form": form,
        "log": log,
        "months": months,
        "given": given,
        "offers": _offers(given),
        "lines": [_told(step) for step in steps(given)],
        "picture": picture(given, [("per-order", PER_ORDER), ("package", PACKAGES)]) if given.taken else None,
        "here": reverse("cost"),
    }
    return render(request, "cost.html", context, status=status)


def _offers(given: Answer) -> list[dict[str, Any]]:
    """The best of the packages and the price by the order, the cheaper one marked."""
    best = [next(cost for cost in given.costs if cost.code in codes) for codes in (PER_ORDER, PACKAGES)]
    return [{"name": _named(cost.code), "total": cost.total, "best": cost is given.best} for cost in best]


def _named(code: str) -> str:
    """What a tariff is called where nobody knows its code; other words stay as they are."""
    if code not in TARIFFS:
        return _(code)
    included = getattr(TARIFFS[code], "included", None)
    return _("Package of %(orders)d") % {"orders": included} if included else _("By the order")


def _told(step: Step) -> dict[str, str]:
    """A line of the arithmetic as it is read."""
    numbers = {
        name: value if isinstance(value, int) else _number(value) for name, value in (step.numbers or {}).items()
    }
    terms = " ".join(term if isinstance(term, str) else _number(term) for term in step.terms)
    figure = step.amount if step.amount is not None else step.count
    return {
        "title": _named(step.title),
        "terms": terms.replace(" %", "\u00a0%") or _(step.note) % numbers,
        "figure": f"{_number(step.part)}\u00a0%" if step.part is not None else _number(figure),
    }


def _number(value: Decimal | int | None) -> str:
    """With as many places as it has: prices have kopecks, percentages as they were typed."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(number_format(value, 0, force_grouping=True))
    places = max(0, -int(value.as_tuple().exponent))
    return str(number_format(value, places, force_grouping=True))
