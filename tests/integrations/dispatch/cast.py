"""The order, the settings and the samples with which the dispatch tests speak to Taxi-Master."""

from collections.abc import Generator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from callcenter.contracts import HttpRequest, HttpResponse, OrderDraft, Stop
from integrations.dispatch.taximaster import settings as taximaster

SAMPLES = Path(taximaster.__file__).parent / "samples"
SECRET = "s3cret"
MARKER = "01ABCDEFGHJKMNPQRSTVWXYZ01"
TOKEN = "#RSTVWXYZ01"
PHONE = "+79001234567"
PLACED_AT = datetime(2026, 11, 23, 8, 18, 35, tzinfo=UTC)

_Outcome = TypeVar("_Outcome")


def draft(**changes: Any) -> OrderDraft:
    values: dict[str, Any] = {
        "marker": MARKER,
        "phone": PHONE,
        "route": (Stop(address="Ленина, 1", lat=Decimal("55.75"), lon=Decimal("37.62")), Stop(address="Мира, 2")),
        "placed_at": PLACED_AT,
    }
    return OrderDraft(**{**values, **changes})


def settings(**stored: Any) -> taximaster.Settings:
    return taximaster.read_settings({"time_zone": "Europe/Moscow", "phone_format": "8", **stored}, SECRET)


def sample(name: str) -> HttpResponse:
    return answer((SAMPLES / f"{name}.json").read_bytes())


def answer(body: bytes, *, status: int = 200) -> HttpResponse:
    return HttpResponse(status=status, headers={}, body=body)


def hold(
    talk: Generator[HttpRequest, HttpResponse, _Outcome], *answers: HttpResponse
) -> tuple[list[HttpRequest], _Outcome]:
    """Play the server: give the answers one after the other, return what was asked and the outcome."""
    asked: list[HttpRequest] = []
    given = iter(answers)
    request = next(talk)
    while True:
        asked.append(request)
        try:
            request = talk.send(next(given))
        except StopIteration as end:
            return asked, end.value


def header(request: HttpRequest, name: str) -> str | None:
    headers: Mapping[str, str] = request.headers
    return headers.get(name)
