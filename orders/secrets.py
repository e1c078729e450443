"""Everything personal of a call and of an order: two typed dataclasses, each stored encrypted in a side row.

A new dialog field is one line in `Dialog`; no migration.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """What the operator typed, as typed. `when` is the typed text; `orders.forms` reads it in the service's time."""

    pickup: str = ""
    destination: str = ""
    when: str = ""
    phone: str = ""
    note: str = ""


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
    destination: str = ""
    pickup_at: str = ""
    note: str = ""
