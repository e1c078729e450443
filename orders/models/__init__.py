"""The tables of calls, orders and their delivery, one file per noun."""

from orders.models.call import Call, CallEventSeen, CallSecret
from orders.models.delivery import Attempt, Delivery
from orders.models.order import Order, OrderSecret

__all__ = ["Attempt", "Call", "CallEventSeen", "CallSecret", "Delivery", "Order", "OrderSecret"]
