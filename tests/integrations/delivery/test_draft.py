"""A sealed order becomes a draft in the words of no particular dispatch program."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import cast

from callcenter.contracts import Stop, Wish
from integrations.delivery.desk import draft_of
from orders.actions.deliver import Opened
from orders.secrets import Between, Known, OrderDetails, Said

PLACED_AT = datetime(2026, 11, 23, 8, 18, 35, tzinfo=UTC)


class Held:
    """What of an opened claim counts here."""

    marker, placed_at = "01ABCDEFGHJKMNPQRSTVWXYZ01", PLACED_AT


HELD = cast("Opened", Held())


def test_a_route_runs_from_pick_up_over_the_stops_with_entrances_and_known_places() -> None:
    details = OrderDetails(
        phone="+79001234567", pickup="Ленина, 15", pickup_entrance="2",
        stops=(Between(address="Мира, 1", entrance="4"), Between(address="Рынок")), destination="Вокзал",
        known=(
            Known(address="Ленина, 15", lat=Decimal("55.75"), lon=Decimal("37.62")),
            Known(address="Рынок", lat=Decimal("55.76"), lon=Decimal("37.60")),
            Known(address="Вокзал, главный вход", lat=Decimal("1"), lon=Decimal("1")),
        ),
    )  # fmt: skip

    assert draft_of(HELD, details).route == [
        Stop(address="Ленина, 15", entrance="2", lat=Decimal("55.75"), lon=Decimal("37.62")),
        Stop(address="Мира, 1", entrance="4"),
        Stop(address="Рынок", lat=Decimal("55.76"), lon=Decimal("37.60")),
        Stop(address="Вокзал"),
    ]


def test_wishes_passenger_time_and_everything_else_that_was_said_go_along() -> None:
    details = OrderDetails(
        phone="+79001234567", pickup="Ленина, 15", passenger="Иван", note="код 12",
        pickup_at="2026-11-24T04:00:00+00:00", wishes=(Wish(code="11", title="Детское кресло"),),
        more=(Said(label="Рейс", words="SU 1234"),),
    )  # fmt: skip

    draft = draft_of(HELD, details)

    assert (draft.passenger, draft.note, draft.wishes) == ("Иван", "код 12", details.wishes)
    assert draft.pickup_at == datetime(2026, 11, 24, 4, tzinfo=UTC)
    assert (draft.marker, draft.placed_at, draft.extra) == (Held.marker, PLACED_AT, {"Рейс": "SU 1234"})
