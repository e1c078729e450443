"""What an adapter of a dispatch program is."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from callcenter.contracts.http import HttpRequest, HttpResponse
from callcenter.contracts.orders import (
    Abilities,
    ChangeOutcome,
    Correction,
    Errand,
    Hints,
    Lists,
    OrderDraft,
    PlaceOutcome,
    Quote,
    Rejected,
    SearchOutcome,
    SeenOrders,
    Trip,
    Unclear,
)

# A conversation with a dispatch program: yields requests, is sent responses, returns the outcome. The caller throws
# `TransportFailure` into it when a request brought no response; an adapter lets that pass unless it can do better.
PlaceTalk = Generator[HttpRequest, HttpResponse, PlaceOutcome]
SearchTalk = Generator[HttpRequest, HttpResponse, SearchOutcome]
SeenTalk = Generator[HttpRequest, HttpResponse, SeenOrders | Unclear]
HintTalk = Generator[HttpRequest, HttpResponse, "Hints | Unclear"]
QuoteTalk = Generator[HttpRequest, HttpResponse, "Quote | Unclear"]
ListTalk = Generator[HttpRequest, HttpResponse, "Lists | Unclear"]
CheckTalk = Generator[HttpRequest, HttpResponse, Rejected | Unclear | None]
ChangeTalk = Generator[HttpRequest, HttpResponse, ChangeOutcome]
AbilityTalk = Generator[HttpRequest, HttpResponse, "Abilities | Unclear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingField:
    """One setting of an adapter, as an administrator enters it. `label` and `hint` are English message ids.

    `form` is `text`, `zone` (a name of the IANA list), `number` (a whole one above 0, or none) or `choice` among
    `choices` (value, label).
    """

    name: str
    label: str
    hint: str = ""
    form: str = "text"
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""
    required: bool = False


class DispatchAdapter(Protocol):
    """A sans-I/O translator for one dispatch program. No retries, no database, no clock: the caller decides.

    `settings` is the adapter's own frozen dataclass, built by `read_settings` from what the connection stores. `can`
    says what the program takes besides new orders. `repeats_safely`: the same order sent again is the same order there,
    so that after an unknown outcome it is simply sent again.
    """

    kind: str
    title: str
    fields: Sequence[SettingField]
    can: frozenset[Errand]
    repeats_safely: bool

    def read_settings(self, stored: Mapping[str, Any], secret: str) -> Any:
        """Build the adapter's settings; ValueError with a sentence when a value is missing or wrong."""

    def place(self, draft: OrderDraft, settings: Any, *, check_duplicate: bool, confirmed: bool = False) -> PlaceTalk:
        """Create the order, once. `confirmed`: the operator has answered the question of the service's rules."""

    def search(self, draft: OrderDraft, settings: Any, *, since: datetime) -> SearchTalk:
        """Look for an order that carries the draft's marker and was made at or after `since`."""

    def correct(self, number: str, correction: Correction, settings: Any) -> ChangeTalk:
        """Change an order; the same correction twice is one."""

    def cancel(self, number: str, settings: Any) -> ChangeTalk:
        """Cancel an order; one that is cancelled already is changed."""

    def states(self, numbers: Sequence[str], settings: Any) -> SeenTalk:
        """How these orders stand; those that the program does not know are left out."""

    def tell(self, text: str, settings: Any, *, number: str = "") -> ChangeTalk:
        """Tell the service's dispatchers something, about an order if there is a number."""

    def probe(self, settings: Any) -> AbilityTalk:
        """Which requests the program has, and which of them are allowed for us; changes nothing."""

    def current_orders(self, phone: str, settings: Any) -> SeenTalk:
        """The orders that this phone has under way."""

    def order_state(self, number: str, settings: Any) -> SeenTalk:
        """How one order stands; an empty answer means that the program does not know the number."""

    def hints(self, text: str, settings: Any) -> HintTalk:
        """What the program's own address base makes of the typed text."""

    def recent(self, phone: str, settings: Any, *, now: datetime) -> HintTalk:
        """Where this phone was taken from and to lately, if the service lets the centre know."""

    def quote(self, trip: Trip, settings: Any) -> QuoteTalk:
        """Price and waiting time of a trip, as far as the program can tell."""

    def lists(self, settings: Any) -> ListTalk:
        """The program's own lists from which settings are chosen; those that it does not let us see are missing."""

    def check(self, settings: Any) -> CheckTalk:
        """Signed questions that change nothing: None means that address, key and chosen settings are right."""
