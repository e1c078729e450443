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
from callcenter.api.credentials import program_key
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


def by_program(view: View) -> View:
    """Mark a view that a service's own program calls with its key; what a browser holds opens nothing there."""
    view.by_program = True  # type: ignore[attr-defined]
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
        view = self._view(request)
        if view is None or getattr(view, "without_unit", False):
            return self.get_response(request)
        with unit(request_role(), **self._held(request, view)):
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
    def _view(request: HttpRequest) -> View | None:
        try:
            return resolve(request.path_info).func
        except Resolver404:
            return None

    @staticmethod
    def _held(request: HttpRequest, view: View) -> dict[str, str]:
        """What the request holds: a program's key or a browser's capabilities, never both."""
        if getattr(view, "by_program", False):
            return {"key": program_key(request)}
        return {"token": grant_token(request), "seat": seat_secret(request)}

    @staticmethod
    def _write_refusal(response: HttpResponseBase) -> None:
        refusal: Refusal | None = getattr(response, "refusal", None)
        if refusal is not None:
            with unit(request_role()):
                audit.record(refusal.service, refusal.action, actor=refusal.actor, detail=refusal.detail)
