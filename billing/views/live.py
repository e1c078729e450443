"""The manager's start page: now, today, and what the month costs so far."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from billing.models import Contract, UsageEntry
from billing.tariffs.catalogue import tariff
from callcenter import audit
from callcenter.ids import uuid7
from callcenter.models import Notice, TaxiService
from callcenter.money import round_half_up
from callcenter.panel.chart import day_of_quarters
from callcenter.panel.holder import POLL_HEADER, Holder
from callcenter.panel.site import PanelSite, held_by
from orders import figures

LONGEST_HOURS = 24


class NoticeForm(forms.Form):
    """A word to the operators, for some hours. Empty takes the present one away."""

    text = forms.CharField(label=gettext_lazy("Text"), max_length=200, required=False)
    hours = forms.IntegerField(
        label=gettext_lazy("For how many hours"), min_value=1, max_value=LONGEST_HOURS, initial=2
    )


def live(site: PanelSite) -> None:
    """Put it at the panel's beginning."""

    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest) -> HttpResponse:
        holder = held_by(request)
        form = NoticeForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            _tell(holder, form.cleaned_data["text"].strip(), form.cleaned_data["hours"])
            return HttpResponseRedirect(request.path, status=303)
        own = _own(holder)
        shown = _figures(own)
        if POLL_HEADER in request.headers:
            return render(request, "panel/live_box.html", shown)
        context = {**site.each_context(request), **shown, "title": _("Now"), "here": request.path, "form": form}
        context["notice"] = _notice(own)
        return render(request, "panel/live.html", context, status=422 if request.method == "POST" else 200)

    site.page("", view, name="live", label=gettext_lazy("Now"))


def _own(holder: Holder) -> TaxiService:
    return TaxiService.objects.get(pk=str(holder.service_id))


def _figures(own: TaxiService) -> dict[str, object]:
    now = timezone.now()
    start = figures.day_began(now, own.time_zone)
    orders = figures.orders_since(start)
    return {
        "calls": figures.calls_since(start, now=now),
        "lost": [(at.astimezone(ZoneInfo(own.time_zone)), kind) for at, kind in figures.lost_since(start)],
        "orders": orders,
        "chart": day_of_quarters(orders.quarters),
        "undelivered": figures.undelivered_since(now - timedelta(days=2), now=now),
        "money": _money(own, now),
    }


def _money(own: TaxiService, now: datetime) -> dict[str, object] | None:
    """The month so far under the tariff of its contract; None without one."""
    today = now.astimezone(ZoneInfo(own.time_zone)).date()
    month = date(today.year, today.month, 1)
    contract = next((one for one in Contract.objects.filter(service=own) if one.covers(today)), None)
    if contract is None:
        return None
    orders = UsageEntry.objects.filter(service=own, contract=contract, billing_month=month).count()
    sold = tariff(contract.tariff_code)
    first = contract.starts_on.replace(day=1) == month
    rated = (sold.started_on(contract.starts_on) if first else sold).rate_orders(orders)
    each = round_half_up(rated.total / orders) if orders else None
    return {"contract": contract, "orders": orders, "total": rated.total, "each": each, "month": month}


def _notice(own: TaxiService) -> Notice | None:
    now = timezone.now()
    return Notice.objects.filter(service=own, starts_at__lte=now, ends_at__gt=now).order_by("-starts_at").first()


def _tell(holder: Holder, text: str, hours: int) -> None:
    """The present notices end; a new one begins, unless the text is empty."""
    own, now = _own(holder), timezone.now()
    running = Notice.objects.filter(service=own, starts_at__lt=now, ends_at__gt=now)
    running.update(ends_at=now)
    if text:
        Notice.objects.create(id=uuid7(), service=own, text=text, starts_at=now, ends_at=now + timedelta(hours=hours))
    audit.record(own.pk, "notice.told" if text else "notice.taken_back", actor=str(holder.pk), grant=holder.grant)
