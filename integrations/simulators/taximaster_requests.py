"""The requests of the TM API that a simulated server answers: what each requires, and what comes back."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from integrations.simulators.taximaster_book import BY_ID, STAMP, STATES, Book, Order

CREW_GROUPS = ({"id": 1, "name": "Основная"}, {"id": 2, "name": "Контактный центр"})
TARIFFS = (
    {"id": 1, "name": "Город", "is_active": True},
    {"id": 2, "name": "Межгород", "is_active": True},
    {"id": 3, "name": "Старый", "is_active": False},
)
UDS = ({"id": 1, "name": "Диспетчерская"},)
ORDER_PARAMS = (
    {"id": 10, "name": "Внешний номер", "sum": 0.0, "percent": 0.0, "order_access_control": False},
    {"id": 11, "name": "Детское кресло", "sum": 100.0, "percent": 0.0, "order_access_control": False},
)
LONGEST_PHONE = 30
MISSING, WRONG = 8, 9

Data = dict[str, Any]


class Refusal(Exception):
    """The request is answered with another code than 0."""

    def __init__(self, code: int, descr: str) -> None:
        super().__init__(descr)
        self.code = code
        self.descr = descr


@dataclass(frozen=True, slots=True)
class Request:
    """One request: its methods, how its parameters are written, and who answers."""

    methods: tuple[str, ...]
    form: str
    answer: Callable[["Parameters", Book], Data]
    signed: bool = True


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
            raise _wrong(name)
        return value

    def whole(self, name: str) -> int:
        """Return an integer parameter, 0 when absent."""
        value = self._values.get(name, 0)
        if self._as_text and isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise _wrong(name)
        return value

    def flag(self, name: str) -> bool:
        """Return a boolean parameter, False when absent."""
        value = self._values.get(name, False)
        if self._as_text and value in ("true", "false"):
            return bool(value == "true")
        if not isinstance(value, bool):
            raise _wrong(name)
        return value

    def stamp(self, name: str) -> str:
        """Return a local time, "" when absent."""
        value = self.text(name, longest=14)
        try:
            valid = not value or datetime.strptime(value, STAMP).strftime(STAMP) == value  # noqa: DTZ007 - local stamp
        except ValueError:
            valid = False
        if not valid:
            raise _wrong(name)
        return value

    def objects(self, name: str) -> list[Data]:
        """Return a list of objects, empty when absent."""
        value = self._values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise _wrong(name)
        return value


def read_parameters(request: Request, *, method: str, query: bytes, body: bytes) -> Parameters:
    """Decode the parameters from where this request carries them."""
    if method == "POST" and request.form == "json":
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


def _ping(parameters: Parameters, book: Book) -> Data:
    return {}


def _crew_groups(parameters: Parameters, book: Book) -> Data:
    return {"crew_groups": list(CREW_GROUPS)}


def _tariffs(parameters: Parameters, book: Book) -> Data:
    return {"tariffs": list(TARIFFS)}


def _order_states(parameters: Parameters, book: Book) -> Data:
    return {"order_states": [{"id": state.id, "name": state.name, "state_type": state.type} for state in STATES]}


def _order_params(parameters: Parameters, book: Book) -> Data:
    return {"order_params": list(ORDER_PARAMS)}


def _create_order(parameters: Parameters, book: Book) -> Data:
    if not parameters.has("client_id"):
        parameters.require("phone")
    parameters.require("addresses", "source_time")
    if not parameters.stamp("source_time"):
        raise _wrong("source_time")
    given = {
        "phone": parameters.text("phone", longest=LONGEST_PHONE),
        "client_id": parameters.whole("client_id"),
        "addresses": _addresses(parameters.objects("addresses")),
        "source_time": parameters.stamp("source_time"),
        "is_prior": parameters.flag("is_prior"),
        "comment": parameters.text("comment"),
        "passenger": parameters.text("passenger"),
        "customer": parameters.text("customer"),
        "tariff_id": _known(parameters, "tariff_id", TARIFFS, refusal=Refusal(101, "Не найден тариф")),
        "crew_group_id": _known(
            parameters, "crew_group_id", CREW_GROUPS, refusal=Refusal(102, "Не найдена группа экипажа")
        ),
        "uds_id": _known(parameters, "uds_id", UDS, refusal=Refusal(103, "Не найдена служба ЕДС")),
        "attribute_values": _attributes(parameters.objects("attribute_values")),
    }
    order = book.enter(given, check_duplicate=parameters.flag("check_duplicate"))
    if order is None:
        raise Refusal(100, "Заказ с такими параметрами уже создан")
    return {"order_id": order.order_id}


def _order_state(parameters: Parameters, book: Book) -> Data:
    order = _find(parameters, book)
    return _chosen({"order_id": order.order_id, **order.shown()}, parameters, key="order_id")


def _current_orders(parameters: Parameters, book: Book) -> Data:
    phone = parameters.text("phone", longest=LONGEST_PHONE)
    orders = book.select(lambda order: not order.state.ended and phone in ("", order.phone))
    return {"orders": [_chosen({"id": order.order_id, **order.shown()}, parameters, key="id") for order in orders]}


def _finished_orders(parameters: Parameters, book: Book) -> Data:
    parameters.require("start_time", "finish_time")
    first, last = parameters.stamp("start_time"), parameters.stamp("finish_time")
    phone = parameters.text("phone", longest=LONGEST_PHONE)
    types = {"": ("finished", "aborted"), "all": ("finished", "aborted"), "finished": ("finished",),
             "aborted": ("aborted",)}.get(parameters.text("state_type"))  # fmt: skip
    if types is None or not first or not last:
        raise _wrong("state_type" if first and last else "start_time")

    def wanted(order: Order) -> bool:
        return order.state.type in types and first <= order.finish_time <= last and phone in ("", order.phone)

    orders = book.select(wanted)
    return {"orders": [_chosen({"id": order.order_id, **order.shown()}, parameters, key="id") for order in orders]}


def _change_order_state(parameters: Parameters, book: Book) -> Data:
    parameters.require("order_id", "new_state")
    order, state = _find(parameters, book), BY_ID.get(parameters.whole("new_state"))
    if state is None:
        raise Refusal(101, "Не найдено состояние заказа")
    if order.state.ended:
        raise Refusal(102, "Переход в это состояние невозможен")
    book.move(order, state)
    return {"order_id": order.order_id, "new_state": state.id}


REQUESTS: Mapping[str, Request] = {
    "ping": Request(("GET", "POST"), "form", _ping, signed=False),
    "get_crew_groups_list": Request(("GET",), "query", _crew_groups),
    "get_tariffs_list": Request(("GET",), "query", _tariffs),
    "get_order_states_list": Request(("GET",), "query", _order_states),
    "get_order_params_list": Request(("GET",), "query", _order_params),
    "create_order2": Request(("POST",), "json", _create_order),
    "get_order_state": Request(("GET",), "query", _order_state),
    "get_current_orders": Request(("GET",), "query", _current_orders),
    "get_finished_orders": Request(("GET",), "query", _finished_orders),
    "change_order_state": Request(("POST",), "form", _change_order_state),
}


def _wrong(name: str) -> Refusal:
    return Refusal(WRONG, f"Недопустимое значение параметра {name.upper()}")


def _find(parameters: Parameters, book: Book) -> Order:
    parameters.require("order_id")
    order = book.find(parameters.whole("order_id"))
    if order is None:
        raise Refusal(100, "Не найден заказ")
    return order


def _known(parameters: Parameters, name: str, rows: tuple[Data, ...], *, refusal: Refusal) -> int:
    number = parameters.whole(name)
    if number and number not in [row["id"] for row in rows]:
        raise refusal
    return number


def _addresses(given: list[Data]) -> list[Data]:
    """The route, pickup first: an address is text, all else about it is a number."""
    if not given:
        raise _wrong("addresses")
    for entry in given:
        if not isinstance(entry.get("address"), str) or not entry["address"]:
            raise _wrong("addresses.address")
        for name in ("lat", "lon", "zone_id", "parking_id"):
            if isinstance(entry.get(name, 0), bool) or not isinstance(entry.get(name, 0), int | float):
                raise _wrong(f"addresses.{name}")
    return given


def _attributes(given: list[Data]) -> list[Data]:
    for entry in given:
        if entry.get("id") not in [row["id"] for row in ORDER_PARAMS]:
            raise Refusal(108, "Не найден атрибут")
    return given


def _chosen(shown: Data, parameters: Parameters, *, key: str) -> Data:
    """All fields, or the number and the fields asked for."""
    names = [name for name in parameters.text("fields").split(",") if name]
    return {name: value for name, value in shown.items() if not names or name in (key, *names)}
