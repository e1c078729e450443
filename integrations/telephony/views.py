"""What an exchange may say and ask, signed: events, the route of a call, its live calls, whether anybody is ready."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from integrations.telephony.inbound import Said, Turned, read_signed
from integrations.telephony.questions import parse_live_calls, parse_route_question
from orders.actions import calls, resync, route

Answer = Callable[[Said], dict[str, Any]]


def signed(answer: Answer) -> Callable[..., JsonResponse]:
    """Turn a function of a proven request into a view."""

    @wraps(answer)
    def view(request: HttpRequest, instance: str) -> JsonResponse:
        if request.method != "POST":
            return _not_allowed()
        try:
            return JsonResponse(_answered(answer, read_signed(request, instance)))
        except Turned as turned:
            return turned.response()

    return view


def _not_allowed() -> JsonResponse:
    error = {"code": "405", "sentence": "only POST is allowed here", "fields": {}}
    return JsonResponse({"error": error}, status=405, headers={"Allow": "POST"})


def _answered(answer: Answer, said: Said) -> dict[str, Any]:
    try:
        return answer(said)
    except ValueError as error:
        raise Turned(400, str(error), instance=said.instance) from None


@signed
def events(said: Said) -> dict[str, Any]:
    """Take what happened; the same event again answers the same and changes nothing."""
    results = [calls.record(event).result for event in said.adapter.events(said.payload, instance=said.instance)]
    return {"result": results[-1] if results else "ignored"}


@signed
def route_call(said: Said) -> dict[str, Any]:
    """Answer where a call shall go."""
    question, now = parse_route_question(said.payload), timezone.now()
    event = route.offered_event(said.instance, question.call_id, ani=question.ani, dnis=question.dnis, now=now)
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
def resync_calls(said: Said) -> dict[str, Any]:
    """Compare the exchange's live calls with ours; answer which of them are done."""
    return {"release": resync.compare(said.instance, parse_live_calls(said.payload))}


@signed
def ready(said: Said) -> dict[str, Any]:
    """How many operators could take a call now."""
    return {"ready": route.ready_seats()}
