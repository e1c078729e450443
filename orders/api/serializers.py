"""Shapes of what the page sends; the rules of an order are in `orders.forms`."""

from typing import Any

from rest_framework import serializers

from orders.forms import LONGEST
from orders.secrets import Dialog


def _text(name: str) -> serializers.CharField:
    return serializers.CharField(
        allow_blank=True, required=False, default="", max_length=LONGEST[name] * 4, trim_whitespace=False
    )


class DialogInput(serializers.Serializer[Any]):
    """The five fields as typed."""

    pickup = _text("pickup")
    destination = _text("destination")
    when = _text("when")
    phone = _text("phone")
    note = _text("note")

    def dialog(self) -> Dialog:
        return Dialog(**{name: self.validated_data[name] for name in LONGEST})


class PlaceInput(DialogInput):
    """The five fields and the key that the server gave when the dialog opened."""

    idempotency_key = serializers.UUIDField()


class LeaveInput(serializers.Serializer[Any]):
    """Why the dialog ends: one digit."""

    reason = serializers.IntegerField(min_value=0, max_value=9)


class StateInput(serializers.Serializer[Any]):
    """The seat's wanted state."""

    state = serializers.CharField(max_length=10)
