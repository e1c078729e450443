"""Deliveries: the journey of an order, try by try, and what a person can decide about it."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from typing_extensions import override

from callcenter.panel.site import held_by
from orders.actions.decide import LONGEST_NUMBER, Verdict, decide
from orders.admin.attempts import AttemptInline
from orders.admin.base import WatchedAdmin
from orders.admin.orders import heading_of
from orders.admin.zone import in_zone
from orders.models import Delivery, DeliveryState

WAIT_FOR_A_PERSON = (DeliveryState.REVIEW, DeliveryState.EXPIRED)


class Waiting(admin.SimpleListFilter):
    """The few that somebody must look at."""

    title = gettext_lazy("needs a person")
    parameter_name = "person"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("1", _("Yes"))]

    @override
    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(state__in=WAIT_FOR_A_PERSON) if self.value() else queryset


class OwnDeliveryAdmin(WatchedAdmin):
    """What a manager sees: state, times, tries."""

    list_display = ("when", "service", "number", "state", "attempts", "next_at")
    list_select_related: ClassVar[Any] = ("service", "order")
    list_filter = (Waiting, "state", ("created_at", admin.DateFieldListFilter))
    ordering = ("-created_at",)
    fields = (
        "service",
        "number",
        "state",
        "attempts",
        "sends",
        "searches",
        "created_at",
        "next_at",
        "expires_at",
        "found_by",
    )
    inlines = (AttemptInline,)

    @override
    def heading(self, delivery: Delivery) -> str:
        return heading_of(delivery.order)

    @admin.display(description=gettext_lazy("Placed"), ordering="created_at")
    def when(self, delivery: Delivery) -> str:
        """The moment, in the service's time."""
        return in_zone(delivery.created_at, delivery.service.time_zone)

    @admin.display(description=gettext_lazy("Order"))
    def number(self, delivery: Delivery) -> str:
        """The service's own number, once there is one."""
        return delivery.order.number or "–"


class NumberForm(forms.Form):
    """Under which number the service's program holds it."""

    number = forms.CharField(label=gettext_lazy("Number in the service's program"), max_length=LONGEST_NUMBER)


class DeliveryAdmin(OwnDeliveryAdmin):
    """The centre's view: what waits for a person can be decided here."""

    change_form_template = "panel/delivery.html"

    @override
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_http_methods(["GET", "POST"])(self.decide_view))
        return [path("<uuid:pk>/decide/<str:verdict>/", view, name="orders_delivery_decide"), *super().get_urls()]

    @override
    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        context = {**(extra_context or {}), "waits": WAIT_FOR_A_PERSON, "review": DeliveryState.REVIEW}
        return super().change_view(request, object_id, form_url, context)

    def decide_view(self, request: HttpRequest, pk: UUID, verdict: str) -> HttpResponse:
        """GET: say what will happen; POST: do it."""
        delivery = Delivery.objects.select_related("service", "order").filter(pk=pk).first()
        if delivery is None or verdict not in set(Verdict) or not self.has_view_permission(request):
            raise Http404
        form = NumberForm(request.POST or None) if verdict == Verdict.THERE else None
        if request.method == "POST" and (form is None or form.is_valid()):
            return self._decided(request, delivery, Verdict(verdict), form.cleaned_data["number"] if form else "")
        title = {
            Verdict.AGAIN: _("Send the order once more?"),
            Verdict.THERE: _("The service has the order"),
            Verdict.LEAVE: _("Give the order up?"),
        }[Verdict(verdict)]
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "delivery": delivery,
            "form": form,
            "verdict": verdict,
        }
        return render(request, "panel/delivery_decide.html", context, status=422 if request.method == "POST" else 200)

    def _decided(self, request: HttpRequest, delivery: Delivery, verdict: Verdict, number: str) -> HttpResponse:
        holder = held_by(request)
        if decide(delivery.pk, verdict, number=number.strip(), person=holder.pk, grant=holder.grant):
            messages.success(request, _("Done. The page shows how it goes on."))
        else:
            messages.warning(request, _("Nothing was changed: the order does not wait for a person any more."))
        there = reverse(f"{self.admin_site.name}:orders_delivery_change", args=[delivery.pk])
        return HttpResponseRedirect(there, status=303)
