"""What a service's program sees of its calls, orders and deliveries: ids, states and times, never what a passenger
said.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from callcenter.api.query import PLAIN, Choice, Moment, PageQuery, Text
from callcenter.models.scenario import ScenarioKind
from orders.models import Attempt, Call, CallState, Delivery, DeliveryState, Disposition, Order, OrderState

WAITING = (DeliveryState.PENDING, DeliveryState.UNKNOWN)
_Ids = serializers.ListField(child=serializers.UUIDField())
_Id = serializers.UUIDField(allow_null=True)
_Time = serializers.DateTimeField(allow_null=True)


class CallRead(serializers.ModelSerializer[Call]):
    """One call."""

    line = serializers.CharField(source="line.number", help_text=_("The number of yours that was dialled."))
    scenario = serializers.ChoiceField(
        source="scenario_kind",
        choices=[("", _("not known yet")), *ScenarioKind.choices],
        help_text=_("Why the call came to the centre."),
    )
    state = serializers.ChoiceField(choices=CallState.choices)
    outcome = serializers.CharField(help_text=_("How the telephone exchange saw it end; empty until then."))
    disposition = serializers.SerializerMethodField(help_text=_("What it was about; null until the operator says."))
    orders = serializers.SerializerMethodField(
        help_text=_("The ids of the orders placed in it; empty when the key does not open orders.")
    )
    answered_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Call
        fields = (
            "id", "line", "scenario", "state", "outcome", "disposition", "orders", "created_at", "answered_at",
            "ended_at",
        )  # fmt: skip

    @extend_schema_field(
        serializers.ChoiceField(choices=[(item.name.lower(), item.label) for item in Disposition], allow_null=True)
    )
    def get_disposition(self, call: Call) -> str | None:
        return None if call.disposition is None else Disposition(call.disposition).name.lower()

    @extend_schema_field(_Ids)
    def get_orders(self, call: Any) -> list[str]:
        return [str(order.pk) for order in call.orders.all()]


class OrderRead(serializers.ModelSerializer[Order]):
    """One order."""

    number = serializers.CharField(help_text=_("The number that your dispatch program gave; empty until it accepts."))
    call = serializers.UUIDField(source="call_id")
    state = serializers.ChoiceField(choices=OrderState.choices)
    delivery = serializers.SerializerMethodField(
        help_text=_("The id of its delivery; null when the key does not open deliveries.")
    )
    accepted_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Order
        fields = ("id", "number", "state", "call", "delivery", "placed_at", "accepted_at")

    @extend_schema_field(_Id)
    def get_delivery(self, order: Any) -> str | None:
        return next((str(row.pk) for row in order.delivery.all()), None)


class AttemptRead(serializers.ModelSerializer[Attempt]):
    """One try at the dispatch program."""

    purpose = serializers.CharField(help_text=_("`place`, or `search` when a lost answer is looked up."))
    outcome = serializers.CharField()
    code = serializers.CharField(help_text=_("The code that your dispatch program answered, if it did."))
    reason = serializers.CharField()

    class Meta:
        model = Attempt
        fields = ("position", "purpose", "started_at", "finished_at", "outcome", "code", "reason")


class DeliveryRead(serializers.ModelSerializer[Delivery]):
    """The way of one order to the dispatch program, with every try."""

    order = serializers.UUIDField(source="order_id")
    state = serializers.ChoiceField(choices=DeliveryState.choices)
    first_sent_at = serializers.DateTimeField(allow_null=True)
    next_at = serializers.SerializerMethodField(help_text=_("When it is tried next; null when nothing is to be done."))
    attempts = AttemptRead(source="tries", many=True)

    class Meta:
        model = Delivery
        fields = ("id", "order", "state", "created_at", "first_sent_at", "next_at", "expires_at", "attempts")

    @extend_schema_field(_Time)
    def get_next_at(self, delivery: Delivery) -> str | None:
        due = delivery.next_at if delivery.state in WAITING else None
        return serializers.DateTimeField().to_representation(due) if due else None


class CallsQuery(PageQuery):
    """Which calls."""

    since = Moment(required=False, help_text=_("Calls from this moment on."))
    until = Moment(required=False, help_text=_("Calls before this moment."))
    state = Choice(choices=CallState.choices, required=False)


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": 40, "pattern": PLAIN})
class OrderNumber(Text):
    """A number of the dispatch program."""


class OrdersQuery(PageQuery):
    """Which orders."""

    since = Moment(required=False, help_text=_("Orders placed from this moment on."))
    until = Moment(required=False, help_text=_("Orders placed before this moment."))
    state = Choice(choices=OrderState.choices, required=False)
    number = OrderNumber(
        required=False, max_length=40, help_text=_("The order with this number of your dispatch program.")
    )
