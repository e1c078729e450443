"""The dialog's commands. Every answer is `no-store`; those that end the right to the call turn the epoch cookie as
well.
"""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from callcenter.cookies import turn_epoch
from orders.access import held_call, here
from orders.actions import dialog, seats
from orders.actions.place import place
from orders.api.serializers import DialogInput, LeaveInput, PlaceInput, StateInput
from orders.secrets import Dialog


def read(serializer: type[Any], request: Request) -> Any:
    """Check the shape of the body; field errors leave as sentences."""
    filled = serializer(data=request.data)
    filled.is_valid(raise_exception=True)
    return filled


def plain(draft: Dialog) -> dict[str, Any]:
    """The draft as the page fills it in."""
    told = asdict(draft)
    told["known"] = [{**place, "lat": float(place["lat"]), "lon": float(place["lon"])} for place in told["known"]]
    return told


class Redeem(APIView):
    """POST: the seat takes the right to the call it answered."""

    def post(self, request: Request, call_id: UUID) -> Response:
        opened = dialog.redeem(here(), call_id)
        return Response(
            {
                "grant": opened.token,
                "call": {"id": call_id, "answered_at": opened.call.answered_at, "expires_at": opened.expires_at},
                "dialog": {
                    "phone_masked": opened.phone_masked,
                    "idempotency_key": opened.idempotency_key,
                    "time_zone": opened.call.service.time_zone,
                    "draft": plain(opened.draft),
                    "wishes": [{"digit": wish.digit, "id": wish.code, "title": wish.title} for wish in opened.wishes],
                    "notice": opened.notice and {"text": opened.notice.text, "until": opened.notice.ends_at},
                },
            }
        )


class Draft(APIView):
    """PUT: keep what is typed so far."""

    def put(self, request: Request, call_id: UUID) -> Response:
        held = held_call(call_id, exclusive=True)
        dialog.keep_draft(held, read(DialogInput, request).dialog())
        return Response(status=204)


class Reveal(APIView):
    """POST: show the caller's whole number, on record."""

    def post(self, request: Request, call_id: UUID) -> Response:
        return Response({"phone": dialog.reveal(held_call(call_id))})


class Place(APIView):
    """POST: place the order; the same key is the same order."""

    def post(self, request: Request, call_id: UUID) -> Response:
        held = held_call(call_id, exclusive=True)
        wanted = read(PlaceInput, request)
        order = place(held, wanted.dialog(), key=wanted.validated_data["idempotency_key"])
        return Response({"order": {"id": order.pk, "state": order.state}}, status=201)


class Leave(APIView):
    """POST: end the dialog, without an order or after one."""

    def post(self, request: Request, call_id: UUID) -> Response:
        held = held_call(call_id, exclusive=True)
        dialog.leave(held, read(LeaveInput, request).validated_data["reason"])
        response = Response({})
        turn_epoch(response)
        return response


class SeatState(APIView):
    """POST: on line, on a break, off."""

    def post(self, request: Request) -> Response:
        seats.choose_state(here(), read(StateInput, request).validated_data["state"])
        return Response({})


class SeatNext(APIView):
    """POST: the next call now, without waiting for the end of wrap-up. Also turns the epoch cookie, so that Back shows
    nothing.
    """

    def post(self, request: Request) -> Response:
        seats.choose_state(here(), "ready")
        response = Response({})
        turn_epoch(response)
        return response


class SeatLonger(APIView):
    """POST: fifteen seconds more of wrap-up."""

    def post(self, request: Request) -> Response:
        seats.extend_wrapup(here())
        return Response({})
