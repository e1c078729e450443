"""What an installation of Taxi-Master calls its crew groups, tariffs and attributes: the numbers differ everywhere."""

from collections.abc import Generator, Mapping

from callcenter.contracts import Choice, HttpRequest, HttpResponse, Lists, ListTalk, Rejected, Unclear
from integrations.dispatch.taximaster import codes
from integrations.dispatch.taximaster.replies import read_reply
from integrations.dispatch.taximaster.settings import Settings
from integrations.dispatch.taximaster.talk import get
from integrations.dispatch.taximaster.values import Row, number, rows, text

ENDS = "aborted"
# The request, the list in its reply, and the settings that take one of it; `wish` is for the wishes of the dialog.
LISTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "get_crew_groups_list": ("crew_groups", ("crew_group_id",)),
    "get_tariffs_list": ("tariffs", ("tariff_id",)),
    "get_uds_list": ("uds", ("uds_id",)),
    "get_order_params_list": ("order_params", ("marker_attribute_id", "wish")),
    "get_order_states_list": ("order_states", ("cancel_state_id",)),
}
# Which of them the check looks into, and the code with which an order would be refused for a number that is not there.
CHOSEN = (
    ("get_tariffs_list", "tariff_id", 101),
    ("get_uds_list", "uds_id", 103),
    ("get_order_params_list", "marker_attribute_id", 108),
    ("get_order_states_list", "cancel_state_id", 101),
)


def offered(settings: Settings) -> ListTalk:
    """Every list that the server lets us see; unclear only when it shows none."""
    found: dict[str, tuple[Choice, ...]] = {}
    refused: Unclear | None = None
    for request, (_, takers) in LISTS.items():
        known = yield from one_list(request, settings)
        if isinstance(known, Unclear):
            refused = known
        else:
            found |= dict.fromkeys(takers, known)
    return refused if refused is not None and not found else Lists(choices=found)


def missing(settings: Settings) -> Generator[HttpRequest, HttpResponse, Rejected | None]:
    """The first number of our settings that is in no list any more; a list that we may not see says nothing."""
    for request, name, code in CHOSEN:
        chosen = getattr(settings, name)
        if chosen is None:
            continue
        known = yield from one_list(request, settings)
        if not isinstance(known, Unclear) and str(chosen) not in [one.value for one in known]:
            return codes.refusal_of_settings(code, f"{name} {chosen} does not exist")
    return None


def _is_offered(row: Row) -> bool:
    """What is in use; of the states of orders those that end one without a trip."""
    return row.get("is_active") is not False and row.get("state_type", ENDS) == ENDS


def one_list(request: str, settings: Settings) -> Generator[HttpRequest, HttpResponse, tuple[Choice, ...] | Unclear]:
    """One of the lists; what is no longer in use is left out."""
    reply = read_reply((yield get(request, {}, settings)))
    if isinstance(reply, Unclear):
        return reply
    if reply.code != codes.OK:
        return Unclear(reason=f"{request} answered code {reply.code}")
    listed = [row for row in rows(reply.data, LISTS[request][0]) if _is_offered(row)]
    numbered = [(number(row.get("id")), text(row.get("name"))) for row in listed]
    return tuple(Choice(value=str(int(id_)), label=name or str(int(id_))) for id_, name in numbered if id_)
