"""Refusals: one shape for every answer of 400 or more, in the reader's language, saying what is wrong and what to
do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from callcenter.tenancy.middleware import Refusal


class Refused(Exception):
    """A request that is turned down. `sentence` is for a person, `fields` maps a field to its own sentence.

    `audit` names what is written to the trail after the rollback; it carries codes and ids only.
    """

    status = 400
    code = "invalid"

    def __init__(
        self,
        sentence: str,
        *,
        fields: Mapping[str, str] | None = None,
        code: str = "",
        status: int = 0,
        audit: Refusal | None = None,
    ) -> None:
        super().__init__(code or self.code)
        self.sentence = sentence
        self.fields = dict(fields or {})
        self.code = code or self.code
        self.status = status or self.status
        self.audit = audit


class NotHere(Refused):
    """Denied looks like absent."""

    status, code = 404, "unknown"

    def __init__(self) -> None:
        super().__init__(_("There is nothing here. The address is wrong or the right to it was never yours."))


class Gone(Refused):
    """A right that was held and has ended; no data, no hint why."""

    status, code = 410, "closed"

    def __init__(self) -> None:
        super().__init__(_("This call is closed: its data can no longer be read."))


class NotSeated(Refused):
    """No open seat: the browser must log in."""

    status, code = 401, "seat"

    def __init__(self) -> None:
        super().__init__(_("Your place is closed. Log in again."))


class TooLarge(Refused):
    """A body longer than anything that is read here."""

    status, code = 413, "too_large"

    def __init__(self) -> None:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        super().__init__(_("The body has more than %(limit)s bytes: send less.") % {"limit": limit})


def denied(service: UUID | None, action: str, actor: str, **detail: Any) -> Refusal:
    """Short form for the audit line of a refusal."""
    return Refusal(service=service, action=action, actor=actor, detail=detail)


def _body(code: str, sentence: str, fields: Mapping[str, str]) -> dict[str, Any]:
    return {"error": {"code": code, "sentence": sentence, "fields": dict(fields)}}


def _first_sentences(detail: Any) -> dict[str, str]:
    """Flatten the framework's field errors to one sentence per field."""
    if not isinstance(detail, Mapping):
        return {}
    return {
        str(name): " ".join(str(item) for item in (value if isinstance(value, list) else [value]))
        for name, value in detail.items()
    }


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The framework's exception handler: our refusals and its own errors leave in the same shape."""
    if isinstance(error, RequestDataTooBig):
        error = TooLarge()
    if isinstance(error, Refused):
        response = Response(_body(error.code, error.sentence, error.fields), status=error.status)
        response.refusal = error.audit  # type: ignore[attr-defined]
        return response
    if isinstance(error, exceptions.ValidationError):
        fields = _first_sentences(error.detail)
        return Response(_body("invalid", _("Some fields are wrong: correct them and send again."), fields), status=400)
    if isinstance(error, exceptions.APIException):
        return Response(_body(str(error.default_code), str(error.detail), {}), status=error.status_code)
    return None
