"""One middleware owns the request's transaction."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

from callcenter import audit
from callcenter.cookies import grant_token, seat_secret
from callcenter.tenancy.rules import SWITCH, WEB
from callcenter.tenancy.unit import unit

ROLLBACK_FROM = 400
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is written to the audit trail although the request itself was rolled back."""

    service: UUID | None
    action: str
    actor: str
    detail: dict[str, Any] = field(default_factory=dict)


def without_unit(view: View) -> View:
    """Mark a view that needs no service's rows, or opens its own unit (login)."""
    view.without_unit = True  # type: ignore[attr-defined]
    return view


def keep(response: HttpResponse) -> HttpResponse:
    """Mark a response of 400 or more whose writes shall be committed all the same."""
    response.keep = True  # type: ignore[attr-defined]
    return response


def request_role() -> str:
    """The switch serves its own URLs under its own role."""
    return SWITCH if settings.ROOT_URLCONF == "callcenter.switch_urls" else WEB


class UnitMiddleware:
    """Open the unit around the view, roll back on every status of 400 or more, refuse streaming responses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if self._unbound(request):
            return self.get_response(request)
        with unit(request_role(), token=grant_token(request), seat=seat_secret(request)):
            response = self.get_response(request)
            if response.streaming:
                raise RuntimeError(
                    f"{request.resolver_match}: a streamed response would be read after the transaction."
                )
            if response.status_code >= ROLLBACK_FROM and not getattr(response, "keep", False):
                transaction.set_rollback(True)
        self._write_refusal(response)
        return response

    @staticmethod
    def _unbound(request: HttpRequest) -> bool:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return True
        return bool(getattr(match.func, "without_unit", False))

    @staticmethod
    def _write_refusal(response: HttpResponseBase) -> None:
        refusal: Refusal | None = getattr(response, "refusal", None)
        if refusal is not None:
            with unit(request_role()):
                audit.record(refusal.service, refusal.action, actor=refusal.actor, detail=refusal.detail)
