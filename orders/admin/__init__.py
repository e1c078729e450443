"""Calls, orders and deliveries in the panels."""

from callcenter.panel import centre, service
from orders.admin.calls import CallAdmin
from orders.admin.deliveries import DeliveryAdmin, OwnDeliveryAdmin
from orders.admin.orders import OrderAdmin
from orders.admin.wallboard import wallboard
from orders.models import Call, Delivery, Order

for site in (centre, service):
    site.register(Call, CallAdmin)
    site.register(Order, OrderAdmin)
centre.register(Delivery, DeliveryAdmin)
service.register(Delivery, OwnDeliveryAdmin)
wallboard(centre)
