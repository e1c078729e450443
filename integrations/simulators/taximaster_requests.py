"""The requests of the TM API that a simulated server answers: what each requires, and what comes back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from integrations.simulators import taximaster_changes as changes
from integrations.simulators import taximaster_lists as lists
from integrations.simulators import taximaster_lookups as lookups
from integrations.simulators.taximaster_book import Order
from integrations.simulators.taximaster_history import trips
from integrations.simulators.taximaster_lists import CREW_GROUPS, UDS, Installation, attributes, ids_of, known
from integrations.simulators.taximaster_parameters import Data, Parameters, Refusal, wrong

LONGEST_PHONE = 30


@dataclass(frozen=True, slots=True)
class Request:
    """One request: its methods, how its parameters are written, and who answers."""

    methods: tuple[str, ...]
    form: str
    answer: Callable[[Parameters, Installation], Data]
    signed: bool = True


def _ping(parameters: Parameters, here: Installation) -> Data:
    return {}


def _create_order(parameters: Parameters, here: Installation) -> Data:
    if not parameters.has("client_id"):
        parameters.require("phone")
    parameters.require("addresses", "source_time")
    if not parameters.stamp("source_time"):
        raise wrong("source_time")
    _ask_the_rules(parameters, here)
    given = {
        "phone": parameters.text("phone", longest=LONGEST_PHONE),
        "client_id": parameters.whole("client_id"),
        "addresses": changes.addresses(parameters.objects("addresses")),
        "source_time": parameters.stamp("source_time"),
        "is_prior": parameters.flag("is_prior"),
        "comment": parameters.text("comment"),
        "passenger": parameters.text("passenger"),
        "customer": parameters.text("customer"),
        "tariff_id": known(
            parameters, "tariff_id", [one.id for one in here.town.tariffs], refusal=Refusal(101, "Не найден тариф")
        ),
        "crew_group_id": known(
            parameters, "crew_group_id", ids_of(CREW_GROUPS), refusal=Refusal(102, "Не найдена группа экипажа")
        ),
        "uds_id": known(parameters, "uds_id", ids_of(UDS), refusal=Refusal(103, "Не найдена служба ЕДС")),
        "attribute_values": attributes(parameters, here, refusal=Refusal(108, "Не найден атрибут")),
    }
    order = here.book.enter(given, check_duplicate=parameters.flag("check_duplicate"))
    if order is None:
        raise Refusal(100, "Заказ с такими параметрами уже создан")
    return {"order_id": order.order_id}


def _ask_the_rules(parameters: Parameters, here: Installation) -> None:
    """The service's own check before an order is taken, which `need_custom_validate: false` passes by."""
    if parameters.has("need_custom_validate") and not parameters.flag("need_custom_validate"):
        return
    may = here.rules()
    if may is not None:
        said = {"message": "Такой заказ служба подтверждает отдельно", "can_create_order": may}
        raise Refusal(113, "Заказ не прошёл проверку", said)


def _order_state(parameters: Parameters, here: Installation) -> Data:
    order = changes.find(parameters, here)
    return _chosen({"order_id": order.order_id, **order.shown()}, parameters, key="order_id")


def _current_orders(parameters: Parameters, here: Installation) -> Data:
    phone = parameters.text("phone", longest=LONGEST_PHONE)
    orders = here.book.select(lambda order: not order.state.ended and phone in ("", order.phone))
    return {"orders": [_chosen({"id": order.order_id, **order.shown()}, parameters, key="id") for order in orders]}


def _finished_orders(parameters: Parameters, here: Installation) -> Data:
    parameters.require("start_time", "finish_time")
    first, last = parameters.stamp("start_time"), parameters.stamp("finish_time")
    phone = parameters.text("phone", longest=LONGEST_PHONE)
    types = {"": ("finished", "aborted"), "all": ("finished", "aborted"), "finished": ("finished",),
             "aborted": ("aborted",)}.get(parameters.text("state_type"))  # fmt: skip
    if types is None or not first or not last:
        raise wrong("state_type" if first and last else "start_time")

    def wanted(order: Order) -> bool:
        return order.state.type in types and first <= order.finish_time <= last and phone in ("", order.phone)

    shown = [{"id": order.order_id, **order.shown()} for order in here.book.select(wanted)]
    if here.history and phone and "finished" in types:
        shown += trips(phone, here.town, first=first, last=last, zone=here.book.zone)
    return {"orders": [_chosen(order, parameters, key="id") for order in shown]}


REQUESTS: Mapping[str, Request] = {
    "ping": Request(("GET", "POST"), "form", _ping, signed=False),
    "get_crew_groups_list": Request(("GET",), "query", lists.crew_groups),
    "get_uds_list": Request(("GET",), "query", lists.uds),
    "get_tariffs_list": Request(("GET",), "query", lists.tariffs),
    "get_order_states_list": Request(("GET",), "query", lists.order_states),
    "get_order_params_list": Request(("GET",), "query", lists.order_params),
    "get_addresses_like2": Request(("GET",), "query", lookups.addresses_like),
    "analyze_route2": Request(("POST",), "json", lookups.analyze_route),
    "calc_order_cost2": Request(("POST",), "json", lookups.order_cost),
    "select_tariff_for_order": Request(("POST",), "json", lookups.select_tariff),
    "create_order2": Request(("POST",), "json", _create_order),
    "get_order_state": Request(("GET",), "query", _order_state),
    "get_current_orders": Request(("GET",), "query", _current_orders),
    "get_finished_orders": Request(("GET",), "query", _finished_orders),
    "change_order_state": Request(("POST",), "form", changes.change_order_state),
    "check_cancel_order_penalty": Request(("GET",), "query", changes.cancel_penalty),
    "update_order": Request(("POST",), "json", changes.update_order),
    "show_tm_message": Request(("POST",), "json", changes.show_message),
    "analyze_phone": Request(("GET",), "query", changes.analyze_phone),
    "find_nearest_address": Request(("GET",), "query", changes.find_nearest_address),
}


def _chosen(shown: Data, parameters: Parameters, *, key: str) -> Data:
    """All fields, or the number and the fields asked for."""
    names = [name for name in parameters.text("fields").split(",") if name]
    return {name: value for name, value in shown.items() if not names or name in (key, *names)}
