"""What passes between the layers: plain dataclasses and protocols, no Django.

`orders` speaks these words to `integrations` and back, so that neither has to import the other. Everything here is
immutable; times are aware, money is `Decimal` roubles (or the contract's currency), phones are E.164 strings.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

CALL_EVENT_SCHEMA = "call-event/1"


class CallEventType(StrEnum):
    """The closed list of `call-event/1`, in the order of a call's life."""

    OFFERED = "call.offered"
    QUEUED = "call.queued"
    RINGING = "call.ringing"
    RING_MISSED = "call.ring_missed"
    ANSWERED = "call.answered"
    HELD = "call.held"
    RESUMED = "call.resumed"
    TRANSFERRED = "call.transferred"
    COMPLETED = "call.completed"
    ABANDONED = "call.abandoned"
    ENDED = "call.ended"
    RECORDING = "recording.available"


class CallOutcome(StrEnum):
    """How a call ended, as the exchange saw it."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    QUEUE_TIMEOUT = "queue_timeout"
    REJECTED = "rejected"
    FAILED = "failed"
    TRANSFERRED = "transferred"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """One normalised event of one call at one exchange; (`instance`, `call_id`) identifies the call, `event_id` the
    event.
    """

    event_id: str
    type: CallEventType
    occurred_at: datetime
    instance: str
    call_id: str
    leg_id: str = ""
    ani: str = ""
    dnis: str = ""
    extension: str = ""
    queue: str = ""
    diverted_from: str = ""
    diversion_reason: str = ""
    outcome: CallOutcome | None = None
    cause: int | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One address of the route; coordinates only when the dispatch program knows them."""

    address: str
    entrance: str = ""
    lat: Decimal | None = None
    lon: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A wish of the service's own list: `code` is its name in the dispatch program, `title` in the dialog."""

    code: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """What the caller asked for, in the words of no particular dispatch program.

    `marker` is our token by which the order is found again in the dispatch program; it is the same on every attempt.
    `pickup_at` None means as soon as possible. `extra` maps a dialog label to a value for fields that an adapter may
    not know: an adapter that cannot express one writes "label: value" into the comment.
    """

    marker: str
    phone: str
    route: Sequence[Stop]
    placed_at: datetime
    pickup_at: datetime | None = None
    note: str = ""
    passenger: str = ""
    wishes: Sequence[Wish] = ()
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One request of an adapter: exactly the bytes to send. `path` starts with `/` and carries the query."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    connect_timeout_s: float = 4.0
    read_timeout_s: float = 12.0
    fresh_connection: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """What came back: `status`, lower-case header names, at most 256 KB of body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class FailureKind(StrEnum):
    """Why an attempt has no certain answer."""

    NOT_SENT = "not_sent"  # nothing of the order left this machine: safe to send again
    UNKNOWN = "unknown"  # something may have been sent: ask before sending again


class Trouble(StrEnum):
    """What keeps a dispatch program from being spoken to; whoever repairs it reads a sentence for each."""

    UNREACHABLE = "unreachable"  # no connection, no name, no TLS
    SILENT = "silent"  # connected, but no whole answer in time
    ADDRESS = "address"  # the base address is malformed or lies on a network that may not be reached
    CERTIFICATE_CHANGED = "cert_changed"  # not the pinned one
    CERTIFICATE_UNTRUSTED = "cert_untrusted"  # no authority that we believe vouches for it
    KEY = "key"  # the program does not accept our key
    SETTINGS = "settings"  # the program refuses something else that we have stored
    OTHER = "other"  # an answer from which nothing certain follows


class TransportFailure(Exception):
    """A request that brought no response. `reason` is a short English phrase for logs, without personal data."""

    def __init__(self, kind: FailureKind, reason: str, trouble: Trouble | None = None) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind = kind
        self.reason = reason
        self.trouble = trouble or (Trouble.UNREACHABLE if kind is FailureKind.NOT_SENT else Trouble.SILENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The dispatch program has the order under its own `number`."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A definite refusal. `configuration` True means that an administrator must act, no caller's words can help;
    `trouble` says on what.

    `phrase` is an English message id that the operator may read aloud; `detail` is the program's own text, never shown
    to a caller.
    """

    code: str
    phrase: str
    detail: str = ""
    configuration: bool = False
    trouble: Trouble = Trouble.SETTINGS


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """The program says that a similar order exists; whose it is, the search by marker tells."""

    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """An answer from which nothing certain follows: treated like no answer at all."""

    reason: str


PlaceOutcome = Placed | Rejected | Duplicate | Unclear


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The result of the search for our marker: the numbers of the orders that carry it (normally none or one)."""

    numbers: tuple[str, ...]


SearchOutcome = Found | Unclear


class OrderProgress(StrEnum):
    """Where an order stands at the service, in six words that every dispatch program can be mapped to."""

    NEW = "new"
    ASSIGNED = "assigned"
    WAITING = "waiting"
    RIDING = "riding"
    FINISHED = "finished"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenOrder:
    """One order as the dispatch program shows it; nothing personal."""

    number: str
    progress: OrderProgress
    placed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenOrders:
    """Answer to "which orders does this phone have now"."""

    orders: tuple[SeenOrder, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A price and a waiting time for the caller; either may be unknown."""

    price: Decimal | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressHint:
    """One suggestion for an address field."""

    title: str
    note: str = ""
    stop: Stop | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """Suggestions for an address, best first; none is an answer too."""

    hints: tuple[AddressHint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """What a price depends on. `pickup_at` None means as soon as possible; `now` is the moment of the question."""

    route: Sequence[Stop]
    now: datetime
    pickup_at: datetime | None = None
    wishes: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entry of a list of the dispatch program: what is stored, and what it is called there."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """What may be chosen for a setting, by the setting's name; under `wish`, for the code of a wish."""

    choices: Mapping[str, tuple[Choice, ...]]


# A conversation with a dispatch program: yields requests, is sent responses, returns the outcome. The caller throws
# `TransportFailure` into it when a request brought no response; an adapter lets that pass unless it can do better.
PlaceTalk = Generator[HttpRequest, HttpResponse, PlaceOutcome]
SearchTalk = Generator[HttpRequest, HttpResponse, SearchOutcome]
SeenTalk = Generator[HttpRequest, HttpResponse, SeenOrders | Unclear]
HintTalk = Generator[HttpRequest, HttpResponse, "Hints | Unclear"]
QuoteTalk = Generator[HttpRequest, HttpResponse, "Quote | Unclear"]
ListTalk = Generator[HttpRequest, HttpResponse, "Lists | Unclear"]
CheckTalk = Generator[HttpRequest, HttpResponse, Rejected | Unclear | None]


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

    `settings` is the adapter's own frozen dataclass, built by `read_settings` from what the connection stores.
    """

    kind: str
    title: str
    fields: Sequence[SettingField]

    def read_settings(self, stored: Mapping[str, Any], secret: str) -> Any:
        """Build the adapter's settings; ValueError with a sentence when a value is missing or wrong."""

    def place(self, draft: OrderDraft, settings: Any, *, check_duplicate: bool) -> PlaceTalk:
        """Create the order, once."""

    def search(self, draft: OrderDraft, settings: Any, *, since: datetime) -> SearchTalk:
        """Look for an order that carries the draft's marker and was made at or after `since`."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where requests of one connection go. Exactly one of the trust modes holds.

    `fingerprint` (hex SHA-256 of the certificate) or `ca_pem` pin the server; neither means the public authorities.
    `private_allowed` permits an address on a private or loopback network: set by the centre's administrator only.
    """

    service: UUID
    base_url: str
    fingerprint: str = ""
    ca_pem: str = ""
    private_allowed: bool = False
