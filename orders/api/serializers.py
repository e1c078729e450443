"""Shapes of what the page sends; the rules of an order are in `orders.forms`."""

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from callcenter.api.query import Choice
from callcenter.api.strict import Degrees, Key, Said, Whole
from orders.actions.seats import CHOICES
from orders.forms import LONGEST_WISH, MOST_KNOWN, MOST_STOPS, MOST_WISHES
from orders.secrets import LONGEST, Between, Dialog, Known


def _text(name: str) -> Said:
    return Said(allow_blank=True, required=False, default="", max_length=LONGEST[name] * 4, trim_whitespace=False)


class StopInput(serializers.Serializer[Any]):
    """A stop on the way, as typed."""

    address = _text("pickup")
    entrance = _text("pickup_entrance")


class KnownInput(serializers.Serializer[Any]):
    """A place that was taken from a hint."""

    address = Said(max_length=LONGEST["pickup"])
    lat = Degrees(max_digits=12, decimal_places=8, min_value=-90, max_value=90)
    lon = Degrees(max_digits=12, decimal_places=8, min_value=-180, max_value=180)


class DialogInput(serializers.Serializer[Any]):
    """The fields as typed; texts have their limits and rules in `orders.forms`."""

    stops = serializers.ListField(child=StopInput(), required=False, default=list, max_length=MOST_STOPS * 4)
    wishes = serializers.ListField(
        child=Said(max_length=LONGEST_WISH), required=False, default=list, max_length=MOST_WISHES
    )
    known = serializers.ListField(child=KnownInput(), required=False, default=list, max_length=MOST_KNOWN)

    @override
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), **{name: _text(name) for name in LONGEST}}

    def dialog(self) -> Dialog:
        said = self.validated_data
        return Dialog(
            **{name: said[name] for name in LONGEST},
            stops=tuple(Between(**stop) for stop in said["stops"]),
            wishes=tuple(dict.fromkeys(said["wishes"])),
            known=tuple(Known(**place) for place in said["known"]),
        )


class PlaceInput(DialogInput):
    """The fields and the key that the server gave when the dialog opened."""

    idempotency_key = Key()


class LeaveInput(serializers.Serializer[Any]):
    """Why the dialog ends: one digit."""

    reason = Whole(min_value=0, max_value=9)


class StateInput(serializers.Serializer[Any]):
    """The seat's wanted state."""

    state = Choice(choices=CHOICES)
