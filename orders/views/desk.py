"""The operator's only page; everything of a call comes later, to whoever holds the right to it."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from callcenter.cookies import GRANT_COOKIE, SEAT_COOKIE, take_back, turn_epoch
from callcenter.panel.holder import holder_of, home_of
from orders.access import seat_or_none
from orders.actions.seats import end_shift
from orders.secrets import LABELS, LONGEST

SOON_DAYS = 14


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The desk of the open seat; without one, the login page."""
    seat = seat_or_none()
    if seat is None:
        holder = holder_of(request)
        return HttpResponseRedirect(home_of(holder.job) if holder else "/login/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, hue, monogram, valid_until FROM app.seat_clearances()")
        rows = cursor.fetchall()
    today = timezone.now().date()
    clearances = [
        {"service_name": name, "hue": hue, "monogram": monogram, "until": until, "days_left": (until - today).days}
        for name, hue, monogram, until in rows
    ]
    soon = sum(item["days_left"] <= SOON_DAYS for item in clearances)
    operator = {"name": seat.name, "workplace": seat.workplace, "extension": seat.extension}
    more = [{"name": name, "label": _(label), "longest": LONGEST[name]} for name, label in LABELS.items()]
    shown = {"operator": operator, "clearances": clearances, "soon": soon, "soon_days": SOON_DAYS, "more": more}
    return render(request, "desk.html", shown)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the shift or the session: close the seat or the grant, take the cookies back."""
    seat = seat_or_none()
    if seat is not None:
        end_shift(seat)
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.close_held_grant('logout')")
    response = HttpResponseRedirect("/login/", status=303)
    take_back(response, SEAT_COOKIE)
    take_back(response, GRANT_COOKIE)
    turn_epoch(response)
    return response
