"""The tables of calls, orders and their delivery, one file per noun."""

from orders.models.call import Call, CallEventSeen, CallSecret, CallState, Disposition
from orders.models.delivery import Attempt, Delivery, DeliveryState
from orders.models.order import Order, OrderSecret, OrderState

__all__ = [
    "Attempt",
    "Call",
    "CallEventSeen",
    "CallSecret",
    "CallState",
    "Delivery",
    "DeliveryState",
    "Disposition",
    "Order",
    "OrderSecret",
    "OrderState",
]
