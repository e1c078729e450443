"""Orders: where they stand."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from orders.admin.base import WatchedAdmin
from orders.admin.zone import in_zone
from orders.models import Order


def heading_of(order: Order) -> str:
    """The service's own number; until there is one, the moment."""
    if order.number:
        return gettext("Order № %(number)s") % {"number": order.number}
    return gettext("Order of %(when)s") % {"when": in_zone(order.placed_at, order.service.time_zone)}


class OrderAdmin(WatchedAdmin):
    """The service's own number, the state and the times; nothing of what was ordered."""

    list_display = ("when", "service", "number", "state", "took")
    list_filter = (("placed_at", admin.DateFieldListFilter), "state")
    search_fields = ("=number",)
    search_help_text = _("The whole order number of the service")
    ordering = ("-placed_at",)
    fields = ("service", "number", "state", "said", "placed_at", "accepted_at", "took", "revision", "delivery_link")

    @override
    def heading(self, order: Order) -> str:
        return heading_of(order)

    @admin.display(description=_("Placed"), ordering="placed_at")
    def when(self, order: Order) -> str:
        """The moment, in the service's time."""
        return in_zone(order.placed_at, order.service.time_zone)

    @admin.display(description=_("Took, s"))
    def took(self, order: Order) -> str:
        """From the operator's press to the service's number."""
        return f"{(order.accepted_at - order.placed_at).total_seconds():.1f}" if order.accepted_at else "–"

    @admin.display(description=_("What the operator was told"))
    def said(self, order: Order) -> str:
        """In the reader's language."""
        return gettext(order.phrase) if order.phrase else ""

    @admin.display(description=_("Delivery"))
    def delivery_link(self, order: Order) -> SafeString | str:
        """How it got there."""
        delivery = order.delivery.first()
        if delivery is None:
            return ""
        url = reverse(f"{self.admin_site.name}:orders_delivery_change", args=[delivery.pk])
        return format_html('<a href="{}">{}</a>', url, delivery.get_state_display())
