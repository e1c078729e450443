"""What is fixed in one installation of a simulated Taxi-Master server, and the requests that list it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from integrations.simulators.taximaster_book import STATES, Book
from integrations.simulators.taximaster_parameters import Data, Parameters, Refusal
from integrations.simulators.taximaster_town import Town

CREW_GROUPS = ({"id": 1, "name": "Основная"}, {"id": 2, "name": "Контактный центр"})
UDS = ({"id": 1, "name": "Диспетчерская"},)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The orders of one server, and the town that it knows. `history`: everybody who rings has been driven before.
    `rules`: whether an order may be confirmed that the service's own check asks about; None: it asks nothing.
    """

    book: Book
    town: Town
    history: bool = False
    rules: Callable[[], bool | None] = lambda: None


def crew_groups(parameters: Parameters, here: Installation) -> Data:
    """`get_crew_groups_list`."""
    return {"crew_groups": list(CREW_GROUPS)}


def uds(parameters: Parameters, here: Installation) -> Data:
    """`get_uds_list`."""
    return {"uds": list(UDS)}


def tariffs(parameters: Parameters, here: Installation) -> Data:
    """`get_tariffs_list`."""
    return {"tariffs": [{"id": one.id, "name": one.name, "is_active": one.is_active} for one in here.town.tariffs]}


def order_states(parameters: Parameters, here: Installation) -> Data:
    """`get_order_states_list`."""
    return {"order_states": [{"id": state.id, "name": state.name, "state_type": state.type} for state in STATES]}


def order_params(parameters: Parameters, here: Installation) -> Data:
    """`get_order_params_list`."""
    return {
        "order_params": [
            {"id": one.id, "name": one.name, "sum": float(one.sum), "percent": 0.0, "order_access_control": False}
            for one in here.town.attributes
        ]
    }


def known(parameters: Parameters, name: str, ids: Iterable[object], *, refusal: Refusal) -> int:
    """An id of one of the lists, 0 when absent."""
    number = parameters.whole(name)
    if number and number not in ids:
        raise refusal
    return number


def ids_of(rows: Iterable[Data]) -> list[object]:
    """The ids of a list."""
    return [row["id"] for row in rows]


def attributes(parameters: Parameters, here: Installation, *, refusal: Refusal) -> list[Data]:
    """The attributes of an order, each with one value of a known kind."""
    given = parameters.objects("attribute_values")
    numbers = [one.id for one in here.town.attributes]
    for entry in given:
        if entry.get("id") not in numbers or not {"bool_value", "num_value", "str_value"} & set(entry):
            raise refusal
    return given
