"""Everything personal of a call and of an order: typed dataclasses, each stored encrypted in a side row.

A new field of the dialog is one line in `Dialog`: `flight: str = said(_("Flight"), longest=10)`. Form, draft, checks
and order follow from it; no migration. An adapter that has no parameter for it writes "label: value" into the comment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from callcenter.contracts import Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """A stop on the way."""

    address: str = ""
    entrance: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A place that was taken from the dispatch program's hints. It counts only where an address says exactly this."""

    address: str
    lat: Decimal
    lon: Decimal


def typed(longest: int) -> Any:
    """A text of the dialog that has its own place in the form and in the order."""
    return field(default="", metadata={"longest": longest})


def said(label: str, *, longest: int) -> Any:
    """A text of the dialog that is shown under this label (an English message id) and goes into the order with it."""
    return field(default="", metadata={"longest": longest, "label": label})


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """What the operator typed, as typed. `when` is the typed text; `orders.forms` reads it in the service's time.
    `wishes` are codes of the service's own list.
    """

    pickup: str = typed(200)
    pickup_entrance: str = typed(10)
    stops: tuple[Between, ...] = ()
    destination: str = typed(200)
    destination_entrance: str = typed(10)
    when: str = typed(40)
    wishes: tuple[str, ...] = ()
    passenger: str = typed(60)
    phone: str = typed(30)
    note: str = typed(250)
    known: tuple[Known, ...] = ()


LONGEST: Mapping[str, int] = {
    item.name: item.metadata["longest"] for item in fields(Dialog) if "longest" in item.metadata
}
LABELS: Mapping[str, str] = {item.name: item.metadata["label"] for item in fields(Dialog) if "label" in item.metadata}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One thing more that was said: the label's message id, and the words."""

    label: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDetails:
    """The caller's number (E.164, or empty when withheld) and the draft that survives a reload."""

    phone: str = ""
    draft: Dialog = field(default_factory=Dialog)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetails:
    """One order as it goes to the dispatch program. `pickup_at` is ISO 8601 in UTC, or empty for as soon as
    possible.
    """

    phone: str
    pickup: str
    pickup_entrance: str = ""
    stops: tuple[Between, ...] = ()
    destination: str = ""
    destination_entrance: str = ""
    pickup_at: str = ""
    wishes: tuple[Wish, ...] = ()
    passenger: str = ""
    note: str = ""
    more: tuple[Said, ...] = ()
    known: tuple[Known, ...] = ()

    def place(self, address: str) -> Known | None:
        """What the dispatch program means by this address, if a hint was taken and not written over."""
        return next((known for known in self.known if known.address == address), None)
