"""The supervisor's wallboard: the pool, the people and the services, now."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from callcenter.models import Job, SeatState
from callcenter.panel.chart import day_of_quarters
from callcenter.panel.holder import POLL_HEADER
from callcenter.panel.site import PanelSite, held_by
from orders import figures

ZONE = "Europe/Moscow"
TARGET_PERCENT = 95.0
# From how many seconds on somebody should look, by state.
TOO_LONG_S = {SeatState.BUSY: 600, SeatState.WRAPUP: 90, SeatState.BREAK: 1200}


def wallboard(site: PanelSite) -> None:
    """Put it at the panel's beginning; accountants begin with the invoices."""

    @require_GET
    def view(request: HttpRequest) -> HttpResponse:
        if held_by(request).job == Job.ACCOUNTANT:
            return HttpResponseRedirect(reverse(f"{site.name}:billing_invoice_changelist"))
        shown = _figures()
        if POLL_HEADER in request.headers:
            return render(request, "panel/wallboard_box.html", shown)
        context = {**site.each_context(request), **shown, "title": _("Now"), "here": request.path}
        return render(request, "panel/wallboard.html", context)

    site.page("", view, name="wallboard", label=gettext_lazy("Now"))


def _figures() -> dict[str, object]:
    now = timezone.now()
    start = figures.day_began(now, ZONE)
    people: list[dict[str, Any]] = [
        {
            "seat": seat,
            "state": SeatState(seat.state).label,
            "for": _clock(seat.since_s),
            "stuck": seat.since_s > TOO_LONG_S.get(SeatState(seat.state), float("inf")),
        }
        for seat in figures.seats(now)
    ]
    orders = figures.orders_since(start)
    return {
        "hour": figures.calls_since(now - timedelta(hours=1), now=now),
        "calls": figures.calls_since(start, now=now),
        "orders": orders,
        "chart": day_of_quarters(orders.quarters),
        "undelivered": figures.undelivered_since(now - timedelta(days=2), now=now),
        "people": people,
        "ready": len([person for person in people if person["seat"].state == SeatState.READY]),
        "services": figures.services(start),
        "target": TARGET_PERCENT,
        "now": now,
    }


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
