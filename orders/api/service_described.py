"""The description of the addresses for a service's own programs: calls, orders, deliveries."""

from django.utils.translation import gettext_lazy as _

from callcenter.api.schema import describe
from orders.api import service

CALL_ID, ORDER_ID = "019a01f5-987a-7e77-ab95-bf5c50d26d8a", "019a01f6-2f10-7b41-9d4e-3f0a5c1b7e02"
DELIVERY_ID = "019a01f6-2f13-7c55-8f02-77d1a9e3b410"
CALL = {
    "id": CALL_ID,
    "line": "+74951230001",
    "scenario": "overflow",
    "state": "ended",
    "outcome": "answered",
    "disposition": "order",
    "orders": [ORDER_ID],
    "created_at": "2026-11-23T15:41:58.120000Z",
    "answered_at": "2026-11-23T15:42:03.482000Z",
    "ended_at": "2026-11-23T15:42:49.015000Z",
}
ORDER = {
    "id": ORDER_ID,
    "number": "148202",
    "state": "accepted",
    "call": CALL_ID,
    "delivery": DELIVERY_ID,
    "placed_at": "2026-11-23T15:42:36.848000Z",
    "accepted_at": "2026-11-23T15:42:37.730000Z",
}
DELIVERY = {
    "id": DELIVERY_ID,
    "order": ORDER_ID,
    "state": "accepted",
    "created_at": "2026-11-23T15:42:36.851000Z",
    "first_sent_at": "2026-11-23T15:42:36.920000Z",
    "next_at": None,
    "expires_at": "2026-11-23T15:45:36.848000Z",
    "attempts": [
        {
            "position": 1,
            "purpose": "place",
            "started_at": "2026-11-23T15:42:36.920000Z",
            "finished_at": "2026-11-23T15:42:37.702000Z",
            "outcome": "accepted",
            "code": "0",
            "reason": "",
        }
    ],
}

describe(
    service.Calls, "calls_list", _("Calls"), _("The calls that the centre took for you, newest first."), example=CALL
)
describe(service.OneCall, "calls_read", _("One call"), _("One call by its id."), example=CALL)
describe(
    service.Orders,
    "orders_list",
    _("Orders"),
    _("The orders that were placed for you, newest first. With `number`, the order that your program knows by it."),
    example=ORDER,
)
describe(
    service.OneOrder,
    "orders_read",
    _("One order"),
    _("One order by its id. Addresses, names and telephone numbers are in your dispatch program and nowhere else."),
    example=ORDER,
)
describe(
    service.OneDelivery,
    "deliveries_read",
    _("One delivery"),
    _("How an order reached your dispatch program, with every attempt. An order names its delivery."),
    example=DELIVERY,
)
