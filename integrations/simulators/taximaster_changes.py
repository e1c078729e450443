"""The requests of a simulated Taxi-Master server that change an order, or tell somebody about it."""

from typing import Any

from integrations.simulators import taximaster_lists as lists
from integrations.simulators.taximaster_book import BY_ID, Order, State
from integrations.simulators.taximaster_lists import CREW_GROUPS, UDS, Installation, ids_of, known
from integrations.simulators.taximaster_parameters import Data, Parameters, Refusal, wrong

LONGEST_PHONE = 30
PENALTY = 50.0
FAR_AWAY_KM = 0.5


def find(parameters: Parameters, here: Installation) -> Order:
    """The order that is meant."""
    parameters.require("order_id")
    order = here.book.find(parameters.whole("order_id"))
    if order is None:
        raise Refusal(100, "Не найден заказ")
    return order


def addresses(given: list[Data]) -> list[Data]:
    """The route, pickup first: an address is text, all else about it is a number."""
    if not given:
        raise wrong("addresses")
    for entry in given:
        if not isinstance(entry.get("address"), str) or not entry["address"]:
            raise wrong("addresses.address")
        for name in ("lat", "lon", "zone_id", "parking_id"):
            if isinstance(entry.get(name, 0), bool) or not isinstance(entry.get(name, 0), int | float):
                raise wrong(f"addresses.{name}")
    return given


def update_order(parameters: Parameters, here: Installation) -> Data:
    """`update_order`: what is not given stays."""
    order = find(parameters, here)
    if parameters.has("state_id") and BY_ID.get(parameters.whole("state_id")) is None:
        raise Refusal(101, "Не найдено состояние заказа")
    if order.state.ended:
        raise Refusal(107, "Изменение состояния заказа невозможно")
    here.book.change(order, _given(parameters, here))
    return {}


def _given(parameters: Parameters, here: Installation) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if parameters.has("phone"):
        given["phone"] = parameters.text("phone", longest=LONGEST_PHONE)
    for name in ("comment", "passenger", "customer"):
        if parameters.has(name):
            given[name] = parameters.text(name)
    if parameters.has("source_time"):
        given["source_time"] = parameters.stamp("source_time") or _empty("source_time")
    if parameters.has("is_prior"):
        given["is_prior"] = parameters.flag("is_prior")
    if parameters.has("addresses"):
        given["addresses"] = addresses(parameters.objects("addresses"))
    if parameters.has("attribute_values"):
        given["attribute_values"] = lists.attributes(parameters, here, refusal=Refusal(108, "Не найден атрибут"))
    ids = (
        ("tariff_id", [one.id for one in here.town.tariffs], Refusal(102, "Не найден тариф")),
        ("crew_group_id", ids_of(CREW_GROUPS), Refusal(104, "Не найдена группа экипажа")),
        ("uds_id", ids_of(UDS), Refusal(105, "Не найдена служба ЕДС")),
    )
    for name, numbers, refusal in ids:
        if parameters.has(name):
            given[name] = known(parameters, name, numbers, refusal=refusal)
    return given


def _empty(name: str) -> str:
    raise wrong(name)


def change_order_state(parameters: Parameters, here: Installation) -> Data:
    """`change_order_state`."""
    parameters.require("order_id", "new_state")
    order, state = find(parameters, here), _state(parameters, "new_state")
    if order.state.ended:
        raise Refusal(102, "Переход в это состояние невозможен")
    here.book.move(order, state)
    return {"order_id": order.order_id, "new_state": state.id}


def cancel_penalty(parameters: Parameters, here: Installation) -> Data:
    """`check_cancel_order_penalty`: a car that is on its way costs something."""
    parameters.require("order_id", "cancel_order_state_id")
    order, state = find(parameters, here), _state(parameters, "cancel_order_state_id")
    if order.state.ended or state.type != "aborted":
        raise Refusal(102, "Переход в это состояние невозможен")
    return {"cancel_order_penalty_sum": PENALTY if order.state.type == "in_work" else 0.0}


def show_message(parameters: Parameters, here: Installation) -> Data:
    """`show_tm_message`: kept, so that a test sees what the dispatchers saw."""
    parameters.require("text")
    said = {"text": parameters.text("text"), "header": parameters.text("header"),
            "order_id": parameters.whole("order_id")}  # fmt: skip
    here.book.say(said)
    return {}


def analyze_phone(parameters: Parameters, here: Installation) -> Data:
    """`analyze_phone`: who has ordered before is a client."""
    parameters.require("phone")
    phone = parameters.text("phone", longest=LONGEST_PHONE)
    orders = here.book.select(lambda order: order.phone == phone)
    if not orders:
        raise Refusal(100, "Не найден телефон")
    return {"phone_type": "client", "id": orders[0].order_id, "client_employee_id": 0}


def find_nearest_address(parameters: Parameters, here: Installation) -> Data:
    """`find_nearest_address`: the house that is nearest to a point."""
    parameters.require("lat", "lon")
    at = here.town.kilometres(parameters.decimal("lat"), parameters.decimal("lon"))
    houses = [
        ((place[0] - at[0]) ** 2 + (place[1] - at[1]) ** 2, street.name, house, place)
        for street in here.town.streets
        for house in range(1, street.houses + 1)
        for place in [street.place_of(house)]
    ]
    distance, street, house, place = min(houses)
    if distance > FAR_AWAY_KM**2:
        raise Refusal(100, "Адрес не найден")
    lat, lon = here.town.degrees(place)
    return {"address_source": "tm", "street": street, "house": str(house), "kind": "house", "comment": "",
            "coords": {"lat": lat, "lon": lon}}  # fmt: skip


def _state(parameters: Parameters, name: str) -> State:
    state = BY_ID.get(parameters.whole(name))
    if state is None:
        raise Refusal(101, "Не найдено состояние заказа")
    return state
