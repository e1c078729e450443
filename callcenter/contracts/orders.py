"""What a caller asks for, and what became of it at the service, in the words of no particular dispatch program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from callcenter.contracts.http import Trouble


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
class Questioned:
    """The service's own rules ask before they take the order. `message` is the service's sentence, for the operator who
    holds the call and nobody else; `may_confirm`: the order may be sent again with the operator's yes.
    """

    message: str = field(repr=False)
    may_confirm: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """An answer from which nothing certain follows: treated like no answer at all."""

    reason: str


PlaceOutcome = Placed | Rejected | Duplicate | Questioned | Unclear


class Errand(StrEnum):
    """What is carried to a dispatch program for one order, in the order in which it can happen."""

    CREATE = "create"
    CORRECT = "correct"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is changed in an order that the program has: the given fields alone, `None` leaves one as it is."""

    note: str | None = None
    route: Sequence[Stop] | None = None
    pickup_at: datetime | None = None
    passenger: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The program has carried the change out, or it was so already. `penalty` is what a cancellation costs the caller,
    where the program says so.
    """

    penalty: Decimal | None = None


# Of a change these codes are everybody's: the order can no longer be changed, is unknown there, or the program has no
# such request.
TOO_LATE, GONE, UNSUPPORTED = "too_late", "gone", "unsupported"
ChangeOutcome = Changed | Rejected | Unclear


class Ability(StrEnum):
    """Whether a request of a dispatch program is there for us."""

    PRESENT = "present"
    MISSING = "missing"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """By the program's own name of the request."""

    abilities: Mapping[str, Ability]


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
