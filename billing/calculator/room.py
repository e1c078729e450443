"""An own dispatch room against the centre: pure, exact, and every figure with the sum it comes from.

A month has 30 days, a person works 40 hours a week. What a call is worth counts only where the asker says what an order
earns; a person who is not dismissed saves nothing. So the answer may well be "do not buy".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from billing.tariffs.adviser import Cost, costs
from billing.tariffs.catalogue import tariff
from billing.tariffs.rated import N_, RatedLine
from callcenter.money import round_half_up

DAYS, HOURS_OF_A_PERSON = 30, 40
PERCENT = Decimal(100)


class Taking(StrEnum):
    """Which calls the centre takes."""

    FULL = "full"  # all of them
    OVERFLOW = "overflow"  # those that the own operators do not manage to answer
    NIGHT = "night"  # those of the night


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The asker's numbers. Money is of one month and one operator; percentages are from 0 to 100.

    `missed`: of all calls, those that nobody answers today. `night`: of all orders, those of the night. `earns`: what
    the service keeps of one order.
    """

    taking: Taking
    orders_a_day: int
    operators: int
    wage: Decimal
    contributions: Decimal
    seat: Decimal
    hours_a_week: int
    dismissed: int
    missed: Decimal
    night: Decimal
    earns: Decimal

    @property
    def orders(self) -> int:
        """Orders of a month that are taken today."""
        return self.orders_a_day * DAYS

    @property
    def lost(self) -> int:
        """Orders of a month that are lost today with the calls nobody answers."""
        return int(round_half_up(self.orders * self.missed / (PERCENT - self.missed), Decimal(1)))

    @property
    def person(self) -> Decimal:
        """What one operator costs in a month."""
        return round_half_up(self.wage * (PERCENT + self.contributions) / PERCENT + self.seat)

    @property
    def own(self) -> Decimal:
        """What the room costs in a month."""
        return self.person * self.operators


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the arithmetic: `title` and `note` are English message ids, `terms` numbers and signs in order.

    `part` is a percentage, where the line does not come to an amount of money or orders.
    """

    title: str
    terms: Sequence[Decimal | int | str] = ()
    amount: Decimal | None = None
    count: int | None = None
    part: Decimal | None = None
    note: str = ""
    numbers: Mapping[str, Decimal | int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`taken` orders would be the centre's in a month, `won` of them are lost today. `costs`: cheapest first."""

    room: Room
    taken: int
    won: int
    costs: Sequence[Cost]
    freed: Decimal
    earned: Decimal

    @property
    def best(self) -> Cost:
        return self.costs[0]

    @property
    def saving(self) -> Decimal:
        """What is left in a month; below nothing where the centre costs more than it saves and brings."""
        return self.freed + self.earned - self.best.total

    @property
    def loss(self) -> Decimal:
        """What is paid on top, where nothing is left."""
        return -self.saving

    @property
    def buy(self) -> bool:
        return self.taken > 0 and self.saving > 0

    @property
    def people_needed(self) -> Decimal:
        """How many people it takes to sit at one telephone for these hours."""
        return Decimal(-(-self.room.hours_a_week * 10 // HOURS_OF_A_PERSON)) / 10  # a tenth that is begun is needed

    @property
    def covered(self) -> int:
        """The percentage of the hours at which somebody of the own room can be there."""
        hours = Decimal(self.room.operators * HOURS_OF_A_PERSON * 100) / self.room.hours_a_week
        return min(100, int(hours))


def answer(room: Room, offered: Sequence[str]) -> Answer:
    """Compute it under the tariffs that are offered side by side."""
    won = _won(room)
    taken = {Taking.FULL: room.orders + won, Taking.OVERFLOW: won, Taking.NIGHT: _at_night(room, room.orders) + won}
    orders = taken[room.taking]
    return Answer(
        room=room,
        taken=orders,
        won=won,
        costs=costs(orders, offered),
        freed=room.person * min(room.dismissed, room.operators),
        earned=round_half_up(room.earns * won),
    )


def steps(given: Answer) -> list[Step]:
    """How the answer comes about, line by line."""
    room = given.room
    return [
        Step(title=N_("Orders"), terms=(room.orders_a_day, "×", DAYS), count=room.orders),
        *_of_the_lost(given),
        *_of_the_tariffs(given),
        Step(title=N_("Wages"), terms=(room.operators, "×", room.wage), amount=room.wage * room.operators),
        Step(
            title=N_("Contributions"),
            terms=(room.wage * room.operators, "×", room.contributions, "%"),
            amount=round_half_up(room.wage * room.operators * room.contributions / PERCENT),
        ),
        Step(title=N_("Seats"), terms=(room.operators, "×", room.seat), amount=room.seat * room.operators),
        Step(
            title=N_("Hours"),
            part=Decimal(given.covered),
            note=N_("%(people)d people at %(each)d hours of %(hours)d. To cover all it takes %(needed)s people"),
            numbers={
                "people": room.operators,
                "each": HOURS_OF_A_PERSON,
                "hours": room.hours_a_week,
                "needed": given.people_needed,
            },
        ),
        Step(
            title=N_("What you no longer pay"),
            terms=(min(room.dismissed, room.operators), "×", room.person),
            amount=given.freed,
        ),
        Step(
            title=N_("What is left"),
            terms=(given.freed, "+", given.earned, "−", given.best.total),
            amount=given.saving,
        ),
    ]


def _won(room: Room) -> int:
    """Orders that are lost today and would not be lost then. By night only those of the night."""
    return _at_night(room, room.lost) if room.taking is Taking.NIGHT else room.lost


def _at_night(room: Room, orders: int) -> int:
    return int(round_half_up(orders * room.night / PERCENT, Decimal(1)))


def _of_the_lost(given: Answer) -> Iterable[Step]:
    room = given.room
    if given.won:
        terms: list[Decimal | int | str] = [room.orders, "×", room.missed, "÷", PERCENT - room.missed]
        terms += ["×", room.night, "%"] if room.taking is Taking.NIGHT else []
        yield Step(title=N_("Lost today, taken then"), terms=terms, count=given.won)
    if given.earned:
        yield Step(title=N_("What they earn"), terms=(given.won, "×", room.earns), amount=given.earned)
    if room.taking is Taking.NIGHT:
        yield Step(title=N_("Orders of the night"), terms=(room.orders, "×", room.night, "%"),
                   count=given.taken - given.won)  # fmt: skip


def _of_the_tariffs(given: Answer) -> Iterable[Step]:
    for cost in sorted(given.costs[:3], key=lambda cost: (cost.total, cost.code)):
        lines = tariff(cost.code).rate_orders(given.taken).lines
        yield Step(title=cost.code, terms=[*_summed(lines)], amount=cost.total)


def _summed(lines: Iterable[RatedLine]) -> Iterable[Decimal | int | str]:
    for position, line in enumerate(line for line in lines if line.quantity):
        yield from ("+",) if position else ()
        yield from (line.quantity, "×", round_half_up(line.rate))
