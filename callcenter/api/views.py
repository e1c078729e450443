"""The common ground of the addresses for programs: who asks, what the key opens, lists and details."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from callcenter.api.paging import page_of
from callcenter.api.query import PageQuery, Query, read_query
from callcenter.models import Scope
from callcenter.refusals import NotHere, Refused
from callcenter.tenancy.middleware import by_program, without_unit

CHALLENGE = 'Bearer realm="service"'


class NoKey(Refused):
    """No live key: whether it is missing, wrong, revoked or over is not said."""

    status, code = 401, "key"

    def __init__(self) -> None:
        super().__init__(
            _("No live key came with this request: send it as “Authorization: Bearer cck_…”, or ask for a new one.")
        )


class NotOpened(Refused):
    """The key is live and opens something else."""

    status, code = 403, "scope"

    def __init__(self, scope: Scope) -> None:
        super().__init__(
            _("This key does not open “%(scope)s”: make one that does in the panel, under API keys.")
            % {"scope": scope.value}
        )


@dataclass(frozen=True, slots=True)
class Program:
    """Who asks: a program of this service, with this key."""

    key: UUID
    service: UUID


def enter(scope: Scope) -> Program:
    """The program whose key this request holds; Refused without one, or when it does not open the scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key_id, service_id, scopes FROM app.enter_key()")
        row = cursor.fetchone()
    if row is None:
        raise NoKey()
    if scope not in row[2].split():
        raise NotOpened(scope)
    return Program(row[0], row[1])


class ServiceView(APIView):
    """Reads for a service's own programs. Policies decide on rows; the service in every query is for the index."""

    http_method_names = ["get", "head"]
    scope: ClassVar[Scope]
    query: ClassVar[type[Query]] = Query
    shape: ClassVar[type[serializers.BaseSerializer[Any]]]
    program: Program

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.program = enter(self.scope)

    @override
    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        if answer.status_code == NoKey.status:
            answer.headers["WWW-Authenticate"] = CHALLENGE
        return answer

    @override
    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:  # type: ignore[override]
        return by_program(super().as_view(**initkwargs))


class Listing(ServiceView):
    """Rows of one kind, newest first, page by page."""

    query: ClassVar[type[Query]] = PageQuery
    moment: ClassVar[str]

    def rows(self, asked: Mapping[str, Any]) -> QuerySet[Any]:
        """The rows that were asked for."""
        raise TypeError(f"{type(self).__name__} must say its rows")

    def get(self, request: Request) -> Response:
        asked = read_query(self.query, request)
        page = page_of(self.rows(asked), moment=self.moment, after=asked.get("cursor"), limit=asked["limit"])
        return Response({"items": self.shape(page.items, many=True).data, "next": page.next})


class Detail(ServiceView):
    """One row. Another service's and a missing one are the same."""

    def rows(self) -> QuerySet[Any]:
        """The rows among which it is."""
        raise TypeError(f"{type(self).__name__} must say its rows")

    def get(self, request: Request, id: str) -> Response:
        read_query(self.query, request)
        try:
            row = self.rows().filter(pk=UUID(id)).first()
        except ValueError:
            row = None
        if row is None:
            raise NotHere()
        return Response(self.shape(row).data)


@without_unit
def nowhere(request: HttpRequest, rest: str = "") -> HttpResponse:
    """What programs get for an address that does not exist."""
    gone = NotHere()
    return JsonResponse({"error": {"code": gone.code, "sentence": gone.sentence, "fields": {}}}, status=gone.status)
