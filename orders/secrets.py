"""Everything personal of a call and of an order: two typed dataclasses, each stored encrypted in a side row.

A new dialog field is one line in `Dialog`; no migration.
"""

from dataclasses import dataclass, field
from decimal import Decimal


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """What the operator typed, as typed. `when` is the typed text; `orders.forms` reads it in the service's time.
    `wishes` are codes of the service's own list.
    """

    pickup: str = ""
    pickup_entrance: str = ""
    stops: tuple[Between, ...] = ()
    destination: str = ""
    destination_entrance: str = ""
    when: str = ""
    wishes: tuple[str, ...] = ()
    passenger: str = ""
    phone: str = ""
    note: str = ""
    known: tuple[Known, ...] = ()


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
    wishes: tuple[str, ...] = ()
    passenger: str = ""
    note: str = ""
    known: tuple[Known, ...] = ()

    def place(self, address: str) -> Known | None:
        """What the dispatch program means by this address, if a hint was taken and not written over."""
        return next((known for known in self.known if known.address == address), None)
