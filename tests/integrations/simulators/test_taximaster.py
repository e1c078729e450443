"""The simulated Taxi-Master server, asked without the project's own client."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import RemoteDisconnected
from pathlib import Path
from typing import Any

import pytest

from integrations.simulators.taximaster_faults import NAMES
from integrations.simulators.taximaster_requests import REQUESTS
from tests.integrations.simulators.taximaster_box import SECRET, Box, simulated

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture
def box(certificates: Path) -> Iterator[Box]:
    with simulated(
        certificates, first_order=500, users={"5": frozenset(REQUESTS), "7": frozenset({"get_uds_list"})}
    ) as running:
        yield running


def codes(box: Box, *targets: str) -> list[int]:
    return [box.ask("GET", target)[1]["code"] for target in targets]


def test_a_good_request_gets_the_envelope_with_a_data_object(box: Box) -> None:
    assert box.ask("GET", "ping") == (200, {"code": 0, "descr": "OK", "data": {}})
    assert box.create() == {"code": 0, "descr": "OK", "data": {"order_id": 500}}
    assert box.create(phone="89007654321")["data"] == {"order_id": 501}


def test_the_signature_covers_the_raw_bytes_and_may_be_in_capitals(box: Box) -> None:
    escaped = b'{"phone":"1","addresses":[{"address":"\\u0410"}],"source_time":"20261123111835"}'
    capitals = "7E2CAC5FF7AFB6E3D5E6D1E2E7F4C0E9"

    assert box.ask("POST", "create_order2", escaped)[1]["code"] == 0
    assert box.ask("POST", "create_order2", escaped, sign=json.dumps(json.loads(escaped)).encode())[1]["code"] == 4
    assert box.ask("GET", "get_tariffs_list", Signature=capitals)[1]["code"] == 4
    assert box.ask("GET", "get_tariffs_list", Signature="33E1B232A4E6FA0028A6670753749A17")[1]["code"] == 0


def test_a_ping_is_answered_under_any_key(box: Box) -> None:
    assert box.ask("GET", "ping", Signature="")[1]["code"] == 0
    assert box.ask("POST", "ping", Signature="no")[1]["code"] == 0


def test_the_general_codes_tell_what_is_wrong_with_a_request(box: Box) -> None:
    assert box.ask("GET", "/tm_tapi/1.0/ping")[1]["code"] == 2
    assert box.ask("GET", "/common_api/2.0/ping")[1]["code"] == 5
    assert codes(box, "get_everything", "create_order2", "get_order_state", "get_order_state?order_id=x") == [
        6,
        7,
        8,
        9,
    ]
    assert box.ask("POST", "get_tariffs_list")[1]["code"] == 7
    assert box.ask("GET", "get_tariffs_list", X_User_Id="6")[1] == {
        "code": 13, "descr": "Не найден пользователь CommonAPI", "data": {},
    }  # fmt: skip
    assert box.ask("GET", "get_tariffs_list", X_User_Id="5")[1]["code"] == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"phone": None}, 8),
        ({"phone": None, "client_id": 3}, 0),
        ({"addresses": None}, 8),
        ({"source_time": None}, 8),
        ({"phone": 89001234567}, 9),
        ({"phone": "8" * 31}, 9),
        ({"addresses": []}, 9),
        ({"addresses": "Ленина, 1"}, 9),
        ({"addresses": [{"address": ""}]}, 9),
        ({"addresses": [{"address": "Ленина, 1", "lat": "55.7"}]}, 9),
        ({"source_time": "2026-11-23"}, 9),
        ({"source_time": "20261332111835"}, 9),
        ({"source_time": ""}, 9),
        ({"is_prior": "true"}, 9),
        ({"crew_group_id": "2"}, 9),
        ({"tariff_id": 99}, 101),
        ({"crew_group_id": 99}, 102),
        ({"uds_id": 99}, 103),
        ({"attribute_values": [{"id": 99, "str_value": "x"}]}, 108),
    ],
)
def test_an_order_with_a_wrong_parameter_is_refused_and_not_held(box: Box, changes: dict[str, Any], code: int) -> None:
    assert box.create(**changes)["code"] == code
    assert len(box.journal()) == (1 if code == 0 else 0)


def test_a_body_that_is_no_object_is_a_wrong_parameter(box: Box) -> None:
    assert box.ask("POST", "create_order2", b"[]")[1]["code"] == 9
    assert box.ask("POST", "create_order2", b"phone=1")[1]["code"] == 9


def test_the_duplicate_check_knows_phone_first_address_and_time(box: Box) -> None:
    box.create()

    assert box.create(check_duplicate=True)["code"] == 100
    assert box.create(check_duplicate=True, addresses=[{"address": "Ленина, 1"}, {"address": "Мира, 2"}])["code"] == 100
    assert box.create(check_duplicate=True, addresses=[{"address": "Мира, 2"}])["code"] == 0
    assert box.create(check_duplicate=True, source_time="20261123111836")["code"] == 0
    assert box.create(check_duplicate=False)["code"] == 0


def test_a_list_calls_the_number_id_and_a_state_calls_it_order_id(box: Box) -> None:
    number = box.create()["data"]["order_id"]
    box.create(phone="89007654321")

    listed = box.ask("GET", "get_current_orders?phone=89001234567")[1]["data"]["orders"]
    state = box.ask("GET", f"get_order_state?order_id={number}")[1]["data"]

    assert [(entry["id"], entry["comment"], "order_id" in entry) for entry in listed] == [(500, "#RSTVWXYZ01", False)]
    assert (state["order_id"], state["state_kind"], state["creation_way"]) == (500, "new_order", "common_api")
    assert codes(box, "get_order_state?order_id=9") == [100]
    assert box.ask("GET", f"get_order_state?order_id={number}&fields=comment")[1]["data"] == {
        "order_id": 500, "comment": "#RSTVWXYZ01",
    }  # fmt: skip


def test_an_ended_order_leaves_the_current_ones_and_cannot_be_moved_again(box: Box) -> None:
    box.create()
    span = "start_time=20000101000000&finish_time=20991231235959"

    assert box.ask("POST", "change_order_state", b"order_id=500&new_state=31")[1] == {
        "code": 0, "descr": "OK", "data": {"order_id": 500, "new_state": 31},
    }  # fmt: skip
    assert box.ask("GET", "get_current_orders")[1]["data"] == {"orders": []}
    ended = box.ask("GET", f"get_finished_orders?{span}&phone=89001234567&state_type=all")[1]["data"]["orders"]
    assert [(entry["id"], entry["state_kind"]) for entry in ended] == [(500, "aborted")]
    assert box.ask("GET", f"get_finished_orders?{span}&state_type=finished")[1]["data"] == {"orders": []}
    assert box.ask("POST", "change_order_state", b"order_id=500&new_state=1")[1]["code"] == 102
    assert box.ask("POST", "change_order_state", b"order_id=1&new_state=1")[1]["code"] == 100
    assert box.ask("POST", "change_order_state", b"order_id=500&new_state=77")[1]["code"] == 101
    assert codes(box, "get_finished_orders", "get_finished_orders?start_time=1&finish_time=2") == [8, 9]


def test_the_lists_of_the_installation_are_answered(box: Box) -> None:
    def names(target: str, key: str) -> list[Any]:
        return [row["id"] for row in box.ask("GET", target)[1]["data"][key]]

    assert names("get_crew_groups_list", "crew_groups") == [1, 2]
    assert names("get_tariffs_list", "tariffs") == [1, 2, 3]
    assert names("get_order_states_list", "order_states") == [1, 7, 8, 11, 4, 5, 31]
    assert names("get_order_params_list", "order_params") == [10, 11, 12, 13, 14]
    assert names("get_uds_list", "uds") == [1]


def test_the_journal_outlives_the_process_even_when_its_last_line_was_cut_off(
    certificates: Path, tmp_path: Path
) -> None:
    journal = tmp_path / "journal.jsonl"
    with simulated(certificates, journal=journal, first_order=7) as box:
        box.create()
        assert json.loads(journal.read_text(encoding="utf-8"))["order_id"] == 7
    journal.write_text(journal.read_text(encoding="utf-8") + '{"order_id": 8, "comm', encoding="utf-8")

    with simulated(certificates, journal=journal, first_order=1) as box:
        assert box.create()["data"] == {"order_id": 8}

    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    assert [(line["order_id"], line["comment"], line["phone"]) for line in lines] == [
        (7, "#RSTVWXYZ01", "89001234567"),
        (8, "#RSTVWXYZ01", "89001234567"),
    ]
    assert lines[0]["addresses"] == [{"address": "Ленина, 1"}]
    assert lines[0]["received_at"].endswith("+00:00")


def test_down_closes_connections_but_leaves_the_side_door_open(box: Box) -> None:
    box.break_by("down", count=1)

    with pytest.raises(OSError):  # noqa: PT011 - reset or ended, as the machine pleases
        box.create()

    assert box.control("GET", "/simulator/fault")[1] == {"fault": None, "count": None, "request": None, "seconds": 30.0}
    assert box.create()["code"] == 0


def test_a_stalled_request_is_neither_held_nor_answered(box: Box) -> None:
    box.break_by("stall", count=1, seconds=0.01)

    with pytest.raises(RemoteDisconnected):
        box.create()

    assert box.journal() == []


def test_commit_then_drop_holds_the_order_and_answers_other_questions(box: Box) -> None:
    box.break_by("commit_then_drop")

    with pytest.raises(RemoteDisconnected):
        box.create()

    assert [entry["order_id"] for entry in box.journal()] == [500]
    assert codes(box, "get_current_orders?phone=89001234567") == [0]
    box.break_by(None)
    assert box.create()["data"] == {"order_id": 501}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"fault": "fire"}, f"fault is 'fire': use one of {', '.join(NAMES)}, or null"),
        ({"fault": "down", "count": 0}, "count is 0: use a whole number above 0, or null for without end"),
        ({"fault": "stall", "request": 7}, "request is 7: use the name of a request, or null for all"),
        ({"fault": "stall", "seconds": -1}, "seconds is -1: use a number from 0 to 3600"),
        ([], 'a JSON object is expected, such as {"fault": "down", "count": 1}'),
    ],
)
def test_a_wrong_fault_is_refused_with_the_rule(box: Box, body: Any, sentence: str) -> None:
    assert box.control("POST", "/simulator/fault", body) == (400, {"error": sentence})


def test_plain_http_reaches_nothing_but_the_side_door(box: Box) -> None:
    assert box.control("POST", "/common_api/1.0/ping")[0] == 404


def test_the_process_announces_itself_keeps_its_certificate_and_ends_on_a_signal(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "integrations.simulators.taximaster", "--port", "0", "--secret", SECRET,
               "--cert-dir", str(tmp_path), "--fault", "stall"]  # fmt: skip
    fingerprints = []
    for _ in range(2):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout
            fingerprints.append(json.loads(process.stdout.readline())["fingerprint"])
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0

    assert fingerprints[0] == fingerprints[1] == (tmp_path / "fingerprint").read_text(encoding="ascii").strip()


def test_a_taken_port_is_one_sentence(box: Box) -> None:
    command = [sys.executable, "-m", "integrations.simulators.taximaster", "--port", str(box.port), "--secret", "s"]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert len(ended.stderr.splitlines()) == 1
    assert "Address already in use" in ended.stderr
