"""What is sealed of a dialog and an order: older forms of it can be read, and what goes in comes out."""

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from callcenter.contracts import Wish
from callcenter.secrets.codec import dump, load
from orders.secrets import Between, CallDetails, Dialog, Known, OrderDetails

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
degrees = st.decimals(min_value=-180, max_value=180, places=6)
shared = {
    "pickup": text,
    "pickup_entrance": text,
    "stops": st.lists(st.builds(Between, address=text, entrance=text), max_size=3).map(tuple),
    "destination": text,
    "destination_entrance": text,
    "passenger": text,
    "note": text,
    "known": st.lists(st.builds(Known, address=text, lat=degrees, lon=degrees), max_size=3).map(tuple),
}
dialogs = st.builds(Dialog, **shared, when=text, phone=text, wishes=st.lists(text, max_size=3).map(tuple))
orders = st.builds(
    OrderDetails, **shared, phone=text, wishes=st.lists(st.builds(Wish, code=text, title=text), max_size=3).map(tuple)
)


def stored(**said: object) -> bytes:
    return json.dumps({"v": 1, "is": said}).encode()


def test_a_draft_of_before_stops_and_wishes_is_still_read() -> None:
    older = {"pickup": "Ленина 15", "destination": "Вокзал", "when": "+20", "phone": "", "note": "код 12"}

    found = load(CallDetails, stored(phone="+79001234567", draft=older))

    assert found == CallDetails(
        phone="+79001234567", draft=Dialog(pickup="Ленина 15", destination="Вокзал", when="+20", note="код 12")
    )


def test_an_order_of_before_stops_and_wishes_is_still_read() -> None:
    found = load(OrderDetails, stored(phone="+79001234567", pickup="Ленина 15", pickup_at="", note="код 12"))

    assert found == OrderDetails(phone="+79001234567", pickup="Ленина 15", note="код 12")


def test_what_a_newer_release_stored_besides_is_left_out() -> None:
    assert load(Dialog, stored(pickup="Ленина 15", flight="SU 1")) == Dialog(pickup="Ленина 15")


@given(dialogs, orders)
def test_what_goes_in_comes_out(dialog: Dialog, order: OrderDetails) -> None:
    assert load(Dialog, dump(dialog)) == dialog
    assert load(OrderDetails, dump(order)) == order


def test_a_place_keeps_its_coordinates_to_the_last_digit() -> None:
    known = Known(address="Вокзал", lat=Decimal("55.750001"), lon=Decimal("-0.000001"))

    assert load(Dialog, dump(Dialog(known=(known,)))).known == (known,)
