"""The parameters of a request to a simulated Taxi-Master server: what each requires, what is wrong with it."""

import json
import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from integrations.simulators.taximaster_book import STAMP

MISSING, WRONG = 8, 9

Data = dict[str, Any]


class Refusal(Exception):
    """The request is answered with another code than 0."""

    def __init__(self, code: int, descr: str, data: Data | None = None) -> None:
        super().__init__(descr)
        self.code = code
        self.descr = descr
        self.data = data or {}


class Parameters:
    """The parameters of one request; in a query or a form every value arrives as text."""

    def __init__(self, values: Mapping[str, Any], *, as_text: bool) -> None:
        self._values = {name: value for name, value in values.items() if value is not None}
        self._as_text = as_text

    def has(self, name: str) -> bool:
        """Tell whether the parameter was given."""
        return name in self._values

    def require(self, *names: str) -> None:
        """Refuse when a parameter is missing."""
        for name in names:
            if name not in self._values:
                raise Refusal(MISSING, f"Не указан параметр {name.upper()}")

    def text(self, name: str, *, longest: int = 2000) -> str:
        """Return a string parameter, "" when absent."""
        value = self._values.get(name, "")
        if not isinstance(value, str) or len(value) > longest:
            raise wrong(name)
        return value

    def whole(self, name: str) -> int:
        """Return an integer parameter, 0 when absent."""
        value = self._values.get(name, 0)
        if self._as_text and isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong(name)
        return value

    def number(self, name: str) -> float:
        """Return a number, 0 when absent."""
        value = self._values.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise wrong(name)
        return float(value)

    def decimal(self, name: str) -> float:
        """Return a number that a query carries as text."""
        try:
            value = float(self.text(name, longest=30))
        except ValueError:
            raise wrong(name) from None
        if not math.isfinite(value):
            raise wrong(name)
        return value

    def flag(self, name: str) -> bool:
        """Return a boolean parameter, False when absent."""
        value = self._values.get(name, False)
        if self._as_text and value in ("true", "false"):
            return bool(value == "true")
        if not isinstance(value, bool):
            raise wrong(name)
        return value

    def stamp(self, name: str) -> str:
        """Return a local time, "" when absent."""
        value = self.text(name, longest=14)
        try:
            valid = not value or datetime.strptime(value, STAMP).strftime(STAMP) == value  # noqa: DTZ007 - local stamp
        except ValueError:
            valid = False
        if not valid:
            raise wrong(name)
        return value

    def objects(self, name: str) -> list[Data]:
        """Return a list of objects, empty when absent."""
        value = self._values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise wrong(name)
        return value


def read_parameters(form: str, *, method: str, query: bytes, body: bytes) -> Parameters:
    """Decode the parameters from where a request of this form carries them."""
    if method == "POST" and form == "json":
        try:
            values = json.loads(body)
        except ValueError:
            values = None
        if not isinstance(values, dict):
            raise Refusal(WRONG, "Тело запроса не является объектом JSON")
        return Parameters(values, as_text=False)
    raw = body if method == "POST" else query
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        raise Refusal(WRONG, "Параметры не в кодировке UTF-8") from None
    return Parameters(dict(pairs), as_text=True)


def wrong(name: str) -> Refusal:
    """The refusal of a parameter's value."""
    return Refusal(WRONG, f"Недопустимое значение параметра {name.upper()}")
