"""The exact bytes that go to a Taxi-Master server."""

import json
from datetime import UTC, datetime

import pytest

from callcenter.contracts import Stop, Wish
from integrations.dispatch.taximaster.adapter import TaxiMaster, order_body, write_comment
from integrations.dispatch.taximaster.signature import sign
from tests.integrations.dispatch.cast import MARKER, PHONE, PLACED_AT, TOKEN, draft, header, hold, sample, settings

ADAPTER = TaxiMaster()


@pytest.mark.parametrize(
    ("payload", "secret", "signature"),
    [
        ("phone=89001234567", "s3cret", "d12687539565329a1e91d4a5a12f1f0a"),
        ("", "s3cret", "33e1b232a4e6fa0028a6670753749a17"),
        ('{"comment":"Жду у входа"}', "ключ", "a431e14165afb1bbeb0971749f36d229"),
    ],
)
def test_the_signature_is_the_md5_of_the_payload_and_the_key(payload: str, secret: str, signature: str) -> None:
    assert sign(payload.encode(), secret) == signature


def test_an_order_is_these_bytes_signed_as_they_are() -> None:
    talk = ADAPTER.place(draft(note="с собакой"), settings(), check_duplicate=True)

    [request], _ = hold(talk, sample("create_order2"))

    assert request.body.decode() == (
        '{"phone":"89001234567","addresses":[{"address":"Ленина, 1","lat":55.75,"lon":37.62},{"address":"Мира, 2"}],'
        '"source_time":"20261123111835","is_prior":false,"comment":"с собакой #RSTVWXYZ01","check_duplicate":true}'
    )
    assert (request.method, request.path) == ("POST", "/common_api/1.0/create_order2")
    assert request.headers == {"Content-Type": "application/json", "Signature": "bba130676dd3fda3e3e8f350ae7b080e"}
    assert request.fresh_connection


def test_every_attempt_at_an_order_is_the_same_bytes() -> None:
    first, second = (next(ADAPTER.place(draft(), settings(), check_duplicate=True)) for _ in range(2))

    assert first == second


def test_the_ids_of_the_installation_and_the_marker_are_sent_when_they_are_set() -> None:
    chosen = settings(crew_group_id=2, uds_id=1, tariff_id=3, marker_attribute_id=10, user_id=5)

    body = order_body(draft(passenger="Иван"), chosen, check_duplicate=False)

    assert (body["crew_group_id"], body["uds_id"], body["tariff_id"]) == (2, 1, 3)
    assert body["attribute_values"] == [{"id": 10, "str_value": MARKER}]
    assert body["passenger"] == "Иван"
    assert body["check_duplicate"] is False
    request = next(ADAPTER.place(draft(), chosen, check_duplicate=False))
    assert header(request, "X-User-Id") == "5"


def test_a_later_car_is_a_pre_order_at_its_local_time() -> None:
    later = draft(pickup_at=datetime(2026, 11, 24, 3, 0, tzinfo=UTC))

    body = order_body(later, settings(), check_duplicate=True)

    assert (body["source_time"], body["is_prior"]) == ("20261124060000", True)


def test_what_has_no_parameter_is_said_in_the_comment_and_the_token_ends_it() -> None:
    said = draft(
        route=(Stop(address="Ленина, 1", entrance="2"), Stop(address="Мира, 2", entrance="4")),
        note=" позвонить заранее ",
        extra={"Багаж": "чемодан", "Рейс": ""},
    )

    assert write_comment(said) == ("позвонить заранее; подъезд: 2; Мира, 2, подъезд: 4; Багаж: чемодан #RSTVWXYZ01")
    assert write_comment(draft()) == TOKEN


def test_stops_wishes_and_passenger_have_parameters_and_a_wish_without_a_number_is_said_in_words() -> None:
    wished = draft(
        route=(Stop(address="Ленина, 1"), Stop(address="Мира, 2", entrance="4"), Stop(address="Вокзал")),
        wishes=(
            Wish(code="12", title="Детское кресло"),
            Wish(code="15=2", title="Багаж"),
            Wish(code="тихо", title="Без музыки"),
        ),
        passenger="Иван",
    )

    body = order_body(wished, settings(marker_attribute_id=10), check_duplicate=True)

    assert [address["address"] for address in body["addresses"]] == ["Ленина, 1", "Мира, 2", "Вокзал"]
    assert body["attribute_values"] == [
        {"id": 10, "str_value": MARKER}, {"id": 12, "bool_value": True}, {"id": 15, "num_value": 2},
    ]  # fmt: skip
    assert body["passenger"] == "Иван"
    assert body["comment"] == f"Мира, 2, подъезд: 4; пожелание: Без музыки {TOKEN}"


def test_the_search_asks_for_current_orders_and_then_for_ended_ones() -> None:
    talk = ADAPTER.search(draft(), settings(phone_format="e164"), since=PLACED_AT)
    nothing = sample("get_current_orders").body.replace(b"01ABCDEFGHJKMNPQ", b"").replace(TOKEN.encode(), b"")

    asked, _ = hold(talk, type(sample("get_current_orders"))(status=200, headers={}, body=nothing),
                    sample("get_finished_orders"))  # fmt: skip

    assert [request.path for request in asked] == [
        "/common_api/1.0/get_current_orders?phone=%2B79001234567",
        "/common_api/1.0/get_finished_orders?start_time=20261123110335&finish_time=20261124111835"
        "&phone=%2B79001234567&state_type=all",
    ]
    assert header(asked[0], "Signature") == "d879af4074c12235bef8f1594d2e8088"
    assert all(request.method == "GET" and not request.fresh_connection for request in asked)


def test_look_ups_are_single_signed_questions() -> None:
    current, _ = hold(ADAPTER.current_orders(PHONE, settings()), sample("get_current_orders"))
    state, _ = hold(ADAPTER.order_state("316673", settings()), sample("get_order_state"))
    check, _ = hold(ADAPTER.check(settings()), sample("get_crew_groups_list"))

    assert [request.path for request in (*current, *state, *check)] == [
        "/common_api/1.0/get_current_orders?phone=89001234567",
        "/common_api/1.0/get_order_state?order_id=316673&fields=order_id%2Cstate_kind%2Cstart_time",
        "/common_api/1.0/get_crew_groups_list",
    ]
    assert header(current[0], "Signature") == "d12687539565329a1e91d4a5a12f1f0a"
    assert header(check[0], "Signature") == "33e1b232a4e6fa0028a6670753749a17"


def test_a_body_is_json_in_utf_8() -> None:
    request = next(ADAPTER.place(draft(), settings(), check_duplicate=True))

    assert json.loads(request.body.decode("utf-8"))["addresses"][1]["address"] == "Мира, 2"
