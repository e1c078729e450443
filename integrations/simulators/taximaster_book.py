"""The orders that a simulated Taxi-Master server holds, and the journal that outlives its process."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

STAMP = "%Y%m%d%H%M%S"


@dataclass(frozen=True, slots=True)
class State:
    """One row of the installation's table of order states."""

    id: int
    name: str
    type: str
    kind: str

    @property
    def ended(self) -> bool:
        """Orders in an ended state are finished orders, all others are current."""
        return self.type in ("finished", "aborted")


STATES = (
    State(1, "Принят", "accepted", "new_order"),
    State(7, "Назначен экипаж", "in_work", "driver_assigned"),
    State(8, "Машина на месте", "in_work", "car_at_place"),
    State(11, "Клиент в машине", "in_work", "client_inside"),
    State(4, "Выполнен", "finished", "finished"),
    State(5, "Прекращён", "aborted", "aborted"),
    State(31, "Прекращён контактным центром", "aborted", "aborted"),
)
BY_ID = {state.id: state for state in STATES}
NEW = STATES[0]
WAY = STATES[:5]


@dataclass(slots=True, kw_only=True)
class Order:
    """One order; `received_at` is in UTC, the other times are the server's local stamps."""

    order_id: int
    comment: str
    phone: str
    addresses: list[dict[str, Any]]
    received_at: str
    source_time: str
    start_time: str
    finish_time: str = ""
    state_id: int = NEW.id
    is_prior: bool = False
    passenger: str = ""
    customer: str = ""
    client_id: int = 0
    crew_group_id: int = 0
    uds_id: int = 0
    tariff_id: int = 0
    attribute_values: list[dict[str, Any]] = field(default_factory=list)

    @property
    def state(self) -> State:
        """The state in which the order is."""
        return BY_ID[self.state_id]

    def place(self) -> tuple[str, str, str]:
        """What two orders have in common that the duplicate check takes for one."""
        return self.phone, self.addresses[0]["address"], self.source_time

    def shown(self) -> dict[str, Any]:
        """The fields that replies have in common; the number is named differently from reply to reply."""
        return {
            "state_id": self.state_id,
            "state_kind": self.state.kind,
            "crew_id": 0,
            "driver_id": 0,
            "car_id": 0,
            "server_time_offset": 0,
            "start_time": self.start_time,
            "source_time": self.source_time,
            "finish_time": self.finish_time,
            **_shown_end("source", self.addresses[0]),
            **_shown_end("destination", self.addresses[-1] if len(self.addresses) > 1 else {}),
            "stops": self.addresses[1:-1],
            "customer": self.customer,
            "passenger": self.passenger,
            "phone": self.phone,
            "client_id": self.client_id,
            "order_crew_group_id": self.crew_group_id,
            "tariff_id": self.tariff_id,
            "confirmed": "not_confirmed",
            "creation_way": "common_api",
            "is_prior": self.is_prior,
            "attribute_values": self.attribute_values,
            "total_sum": 0.0,
            "comment": self.comment,
        }


class Book:
    """All orders; safe to share between threads. Without a journal file they live as long as the process. Every
    `step_s` seconds each takes the next step of its way; 0: it waits for somebody.
    """

    def __init__(self, journal: Path | None, *, first_order: int, zone: ZoneInfo, step_s: float = 0) -> None:
        self.zone = zone
        self.messages: list[dict[str, Any]] = []
        self._step_s = step_s
        self._lock = threading.Lock()
        self._orders = _reload(journal) if journal else {}
        self._next = max(first_order, *(number + 1 for number in self._orders), 1)
        self._journal = journal.open("a", encoding="utf-8") if journal else None

    def now(self) -> str:
        """The server's local time."""
        return datetime.now(self.zone).strftime(STAMP)

    def enter(self, given: dict[str, Any], *, check_duplicate: bool) -> Order | None:
        """Hold a new order, written to the journal before it is answered; None when it seems to be held already."""
        with self._lock:
            now = self.now()
            order = Order(
                **given, order_id=self._next, start_time=now, received_at=datetime.now(UTC).isoformat(),
            )  # fmt: skip
            if check_duplicate and any(
                held.place() == order.place() for held in self._orders.values() if not held.state.ended
            ):
                return None
            self._next += 1
            self._orders[order.order_id] = order
            self._write(order)
            return order

    def find(self, number: int) -> Order | None:
        """Return the order with this number."""
        with self._lock:
            self._drive()
            return self._orders.get(number)

    def change(self, order: Order, given: dict[str, Any]) -> None:
        """Change what was given; the journal gets the order as it is now."""
        with self._lock:
            for name, value in given.items():
                setattr(order, name, value)
            self._write(order)

    def say(self, said: dict[str, Any]) -> None:
        """Show a message to the dispatchers."""
        with self._lock:
            self.messages.append(said)

    def move(self, order: Order, state: State) -> None:
        """Put the order into another state."""
        with self._lock:
            self._put(order, state)

    def select(self, wanted: Callable[[Order], bool]) -> list[Order]:
        """Return the orders that `wanted` tells, in the order of their numbers."""
        with self._lock:
            self._drive()
            return [order for order in self._orders.values() if wanted(order)]

    def lines(self) -> Sequence[dict[str, Any]]:
        """All orders as the journal shows them."""
        return [asdict(order) for order in self.select(lambda order: True)]

    def _drive(self) -> None:
        """Orders that nobody touches go their way, one step after the other."""
        if not self._step_s:
            return
        now = datetime.now(UTC)
        for order in self._orders.values():
            steps = int((now - datetime.fromisoformat(order.received_at)).total_seconds() / self._step_s)
            due = WAY[min(steps, len(WAY) - 1)]
            if not order.state.ended and WAY.index(order.state) < WAY.index(due):
                self._put(order, due)

    def _put(self, order: Order, state: State) -> None:
        order.state_id = state.id
        order.finish_time = self.now() if state.ended else ""
        self._write(order)

    def _write(self, order: Order) -> None:
        if self._journal:
            self._journal.write(json.dumps(asdict(order), ensure_ascii=False) + "\n")
            self._journal.flush()

    def close(self) -> None:
        """Close the journal."""
        if self._journal:
            self._journal.close()


def _shown_end(name: str, end: dict[str, Any]) -> dict[str, Any]:
    return {name: end.get("address", ""), f"{name}_lat": end.get("lat", 0), f"{name}_lon": end.get("lon", 0)}


def _reload(journal: Path) -> dict[int, Order]:
    """Read the journal; a last line cut off by a sudden end is no order and is taken out."""
    if not journal.exists():
        journal.parent.mkdir(parents=True, exist_ok=True)
        return {}
    text = journal.read_text(encoding="utf-8", errors="replace")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        journal.write_text(whole, encoding="utf-8")
    known = {spec.name for spec in fields(Order)}
    entries = [json.loads(line) for line in whole.splitlines()]
    orders = [Order(**{name: value for name, value in entry.items() if name in known}) for entry in entries]
    return {order.order_id: order for order in orders}
