"""What a service's own programs read of calls, orders and deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from typing_extensions import override

from callcenter.api.views import Detail, Listing
from callcenter.models import Scope
from orders.api.service_shapes import CallRead, CallsQuery, DeliveryRead, OrderRead, OrdersQuery
from orders.models import Attempt, Call, Delivery, Order


class Calls(Listing):
    """The calls taken for the service."""

    scope, shape, query, moment = Scope.CALLS, CallRead, CallsQuery, "created_at"

    @override
    def rows(self, asked: Mapping[str, Any]) -> QuerySet[Call]:
        rows = _between(_calls(self.program.service), self.moment, asked)
        return rows.filter(state=asked["state"]) if "state" in asked else rows


class OneCall(Detail):
    """One call."""

    scope, shape = Scope.CALLS, CallRead

    @override
    def rows(self) -> QuerySet[Call]:
        return _calls(self.program.service)


class Orders(Listing):
    """The orders placed for the service."""

    scope, shape, query, moment = Scope.ORDERS, OrderRead, OrdersQuery, "placed_at"

    @override
    def rows(self, asked: Mapping[str, Any]) -> QuerySet[Order]:
        rows = _between(_orders(self.program.service), self.moment, asked)
        return rows.filter(**{name: asked[name] for name in ("state", "number") if name in asked})


class OneOrder(Detail):
    """One order."""

    scope, shape = Scope.ORDERS, OrderRead

    @override
    def rows(self) -> QuerySet[Order]:
        return _orders(self.program.service)


class OneDelivery(Detail):
    """One delivery with its attempts."""

    scope, shape = Scope.DELIVERIES, DeliveryRead

    @override
    def rows(self) -> QuerySet[Delivery]:
        found = Delivery.objects.filter(service_id=self.program.service).defer("claim_hash", "owner")
        return found.prefetch_related(Prefetch("tries", Attempt.objects.order_by("position")))


def _calls(service: UUID) -> QuerySet[Call]:
    found = Call.objects.filter(service_id=service).select_related("line")
    return found.prefetch_related(Prefetch("orders", Order.objects.only("id", "call_id", "service_id")))


def _orders(service: UUID) -> QuerySet[Order]:
    found = Order.objects.filter(service_id=service).defer("phone_hmac", "marker", "phrase")
    return found.prefetch_related(Prefetch("delivery", Delivery.objects.only("id", "order_id", "service_id")))


def _between(rows: QuerySet[Any], moment: str, asked: Mapping[str, Any]) -> QuerySet[Any]:
    limits: dict[str, datetime | None] = {"gte": asked.get("since"), "lt": asked.get("until")}
    return rows.filter(**{f"{moment}__{name}": value for name, value in limits.items() if value is not None})
