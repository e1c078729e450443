"""The description of the dialog's commands, for developers and therefore in English alone."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework import serializers

from callcenter.api.schema import CSRF, GRANT, SEAT, command
from orders.api import dialog
from orders.api.serializers import DialogInput, LeaveInput, PlaceInput, StateInput
from orders.models import OrderState

CALL_ID, ORDER_ID = "019a01f5-987a-7e77-ab95-bf5c50d26d8a", "019a01f6-2f10-7b41-9d4e-3f0a5c1b7e02"
KEY = "6a1f3d0e-52a8-5b7c-9b1e-0c4f8e7d2a11"
BY_SEAT, BY_GRANT = [[SEAT, CSRF]], [[GRANT, CSRF]]
OF_SEAT, OF_CALL, WRITTEN = (401, 403), (403, 404, 410), (400, 413, 415)


class Nothing(serializers.Serializer[Any]):
    """Done; there is nothing to tell."""


class HeldCallTold(serializers.Serializer[Any]):
    """The call whose right was taken."""

    id = serializers.UUIDField()
    answered_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(help_text="When the right ends at the latest.")


class KnownTold(serializers.Serializer[Any]):
    """A place that was taken from a hint."""

    address = serializers.CharField()
    lat = serializers.FloatField()
    lon = serializers.FloatField()


class DraftTold(DialogInput):
    """The fields as they were typed so far."""

    known = serializers.ListField(child=KnownTold())


class WishTold(serializers.Serializer[Any]):
    """A wish of the service's own list."""

    digit = serializers.IntegerField(min_value=1, max_value=9)
    id = serializers.CharField()
    title = serializers.CharField()


class NoticeTold(serializers.Serializer[Any]):
    """What the service tells its operators today."""

    text = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True)


class DialogTold(serializers.Serializer[Any]):
    """What the page needs to show the dialog."""

    phone_masked = serializers.CharField()
    idempotency_key = serializers.UUIDField(help_text="Sent when placing: the same key is the same order.")
    time_zone = serializers.CharField()
    draft = DraftTold()
    wishes = serializers.ListField(child=WishTold())
    notice = NoticeTold(allow_null=True)


class RedeemedTold(serializers.Serializer[Any]):
    """The right to the call and what the dialog begins with."""

    grant = serializers.CharField(help_text="Sent as X-Grant with every command of this call; it is told here only.")
    call = HeldCallTold()
    dialog = DialogTold()


class RevealedTold(serializers.Serializer[Any]):
    """The caller's number."""

    phone = serializers.CharField(help_text="In full; empty when it is withheld.")


class PlacedOrderTold(serializers.Serializer[Any]):
    """The order."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=OrderState.choices)


class PlacedTold(serializers.Serializer[Any]):
    """The order as it was written down."""

    order = PlacedOrderTold()


DRAFT: dict[str, Any] = {
    "pickup": "ul. Lenina, 7",
    "pickup_entrance": "2",
    "stops": [{"address": "ul. Mira, 4", "entrance": ""}],
    "destination": "Vokzal",
    "destination_entrance": "",
    "when": "+20",
    "wishes": ["12"],
    "passenger": "",
    "phone": "",
    "note": "code 12",
    "known": [{"address": "ul. Lenina, 7", "lat": 56.1, "lon": 37.2}],
}
OPENED = {
    "grant": "n3-q8yUgQZ2x0vN6h1uK5yqk1w7bTz8R0mJ4cL9dXfE",
    "call": {
        "id": CALL_ID,
        "answered_at": "2026-11-23T15:42:03.482000Z",
        "expires_at": "2026-11-23T16:12:03.482000Z",
    },
    "dialog": {
        "phone_masked": "+7 900 •••-••-67",
        "idempotency_key": KEY,
        "time_zone": "Europe/Moscow",
        "draft": DRAFT,
        "wishes": [{"digit": 1, "id": "12", "title": "Child seat"}],
        "notice": {"text": "Until 21:00 a car takes 25 to 30 minutes.", "until": "2026-11-23T18:00:00Z"},
    },
}
_CALL = OpenApiParameter("call_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
_SENT = {**DRAFT, "known": [{"address": "ul. Lenina, 7", "lat": "56.10000000", "lon": "37.20000000"}]}

COMMANDS = [
    (
        dialog.Redeem,
        "post",
        command(
            "call_redeem",
            "Take the right to a call",
            "The seat that answered the call takes the right to its data. A right taken before ends with it.",
            tag="dialog", auth=BY_SEAT, answer=(RedeemedTold, OPENED), refused=[*OF_SEAT, 404], parameters=[_CALL],
        ),
    ),
    (
        dialog.Draft,
        "put",
        command(
            "call_draft",
            "Keep the draft",
            "Keep what is typed so far, so that a reload loses nothing.",
            tag="dialog", auth=BY_GRANT, asked=(DialogInput, _SENT), status=204, refused=[*OF_CALL, *WRITTEN],
            parameters=[_CALL],
        ),
    ),
    (
        dialog.Reveal,
        "post",
        command(
            "call_reveal",
            "Show the number",
            "Show the caller's whole number. It is put on record that it was shown.",
            tag="dialog", auth=BY_GRANT, answer=(RevealedTold, {"phone": "+79001234567"}), refused=OF_CALL,
            parameters=[_CALL],
        ),
    ),
    (
        dialog.Place,
        "post",
        command(
            "call_place",
            "Place the order",
            "Place the order of the call. Sent twice with the same key, it is one order.",
            tag="dialog", auth=BY_GRANT, asked=(PlaceInput, {**_SENT, "idempotency_key": KEY}), status=201,
            answer=(PlacedTold, {"order": {"id": ORDER_ID, "state": "queued"}}), refused=[*OF_CALL, *WRITTEN],
            parameters=[_CALL],
        ),
    ),
    (
        dialog.Leave,
        "post",
        command(
            "call_leave",
            "End the dialog",
            "End the dialog: 0 with an order, 1 to 9 without one. The right to the call ends with it.",
            tag="dialog", auth=BY_GRANT, asked=(LeaveInput, {"reason": 1}), answer=(Nothing, {}),
            refused=[*OF_CALL, 409, *WRITTEN], parameters=[_CALL],
        ),
    ),
    (
        dialog.SeatState,
        "post",
        command(
            "seat_state",
            "Be on line, on a break, or off",
            "Choose the state of the own seat. While a call is on, it stays as it is.",
            tag="seat", auth=BY_SEAT, asked=(StateInput, {"state": "ready"}), answer=(Nothing, {}),
            refused=[*OF_SEAT, 409, *WRITTEN],
        ),
    ),
    (
        dialog.SeatNext,
        "post",
        command(
            "seat_next",
            "The next call now",
            "End the wrap-up before its time.",
            tag="seat", auth=BY_SEAT, answer=(Nothing, {}), refused=[*OF_SEAT, 409],
        ),
    ),
    (
        dialog.SeatLonger,
        "post",
        command(
            "seat_longer",
            "A longer wrap-up",
            "Fifteen seconds more before the next call.",
            tag="seat", auth=BY_SEAT, answer=(Nothing, {}), refused=[*OF_SEAT, 409],
        ),
    ),
]  # fmt: skip

for _view, _method, _described in COMMANDS:
    extend_schema_view(**{_method: _described})(_view)
