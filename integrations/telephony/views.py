"""What an exchange may say and ask, signed: events, the route of a call, its live calls, whether anybody is ready."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from integrations.telephony.events import parse_event
from integrations.telephony.inbound import Turned, read_signed
from integrations.telephony.questions import parse_live_calls, parse_route_question
from orders.actions import calls, resync, route

Answer = Callable[[Mapping[str, Any], str], dict[str, Any]]


def signed(answer: Answer) -> Callable[..., JsonResponse]:
    """Turn a function of checked JSON and the exchange's name into a view."""

    @require_POST
    @wraps(answer)
    def view(request: HttpRequest, instance: str) -> JsonResponse:
        try:
            payload = read_signed(request, instance)
            return JsonResponse(_answered(answer, payload, instance))
        except Turned as turned:
            return turned.response()

    return view


def _answered(answer: Answer, payload: Mapping[str, Any], instance: str) -> dict[str, Any]:
    try:
        return answer(payload, instance)
    except ValueError as error:
        raise Turned(400, str(error), instance=instance) from None


@signed
def events(payload: Mapping[str, Any], instance: str) -> dict[str, Any]:
    """Take one `call-event/1`; the same event again answers the same and changes nothing."""
    return {"result": calls.record(parse_event(payload, instance=instance)).result}


@signed
def route_call(payload: Mapping[str, Any], instance: str) -> dict[str, Any]:
    """Answer where a call shall go."""
    question, now = parse_route_question(payload), timezone.now()
    event = route.offered_event(instance, question.call_id, ani=question.ani, dnis=question.dnis, now=now)
    decision = route.decide(event, missed=question.missed, now=now)
    return {
        "decision_id": str(decision.decision_id),
        "action": decision.action,
        "extension": decision.extension,
        "service": decision.service,
        "scenario": decision.scenario,
        "cause": decision.cause,
        "retry_after_s": decision.retry_after_s,
        "max_wait_s": decision.max_wait_s,
    }


@signed
def resync_calls(payload: Mapping[str, Any], instance: str) -> dict[str, Any]:
    """Compare the exchange's live calls with ours; answer which of them are done."""
    return {"release": resync.compare(instance, parse_live_calls(payload))}


@signed
def ready(payload: Mapping[str, Any], instance: str) -> dict[str, Any]:
    """How many operators could take a call now."""
    return {"ready": route.ready_seats()}
