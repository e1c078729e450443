"""What a connection to Taxi-Master may store."""

from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.dispatch.taximaster.settings import read_settings
from tests.integrations.dispatch.cast import SECRET, settings


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [
        ({"time_zone": "Moscow"}, "time_zone is 'Moscow': use a name of the IANA list, such as Europe/Moscow."),
        ({"time_zone": None}, "time_zone is None: use a name of the IANA list, such as Europe/Moscow."),
        ({"time_zone": "../etc"}, "time_zone is '../etc': use a name of the IANA list, such as Europe/Moscow."),
        ({"phone_format": "9"}, "phone_format is '9': use one of e164, 8, 7, digits."),
        ({"phone_format": 8}, "phone_format is 8: use one of e164, 8, 7, digits."),
        ({"crew_group_id": 0}, "crew_group_id is 0: use a whole number above 0, or leave it out."),
        ({"uds_id": "1"}, "uds_id is '1': use a whole number above 0, or leave it out."),
        ({"user_id": True}, "user_id is True: use a whole number above 0, or leave it out."),
        ({"tarif_id": 1},
         "'tarif_id' is no setting of Taxi-Master: use time_zone, phone_format, city, recent_days, user_id, "
         "marker_attribute_id, crew_group_id, uds_id, tariff_id, cancel_state_id."),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_with_the_value_and_the_rule(stored: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the whole sentence is compared
        settings(**stored)
    assert str(refusal.value) == sentence


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^The key is empty: enter the key from the settings of the TM API\.$"):
        read_settings({"time_zone": "Europe/Moscow", "phone_format": "8"}, "")


def test_the_key_never_shows_in_a_log_of_the_settings() -> None:
    assert SECRET not in repr(settings())


@pytest.mark.parametrize(
    ("phone_format", "e164", "written"),
    [
        ("e164", "+79001234567", "+79001234567"),
        ("8", "+79001234567", "89001234567"),
        ("7", "+79001234567", "79001234567"),
        ("digits", "+998901234567", "998901234567"),
        ("8", "+998901234567", "998901234567"),
        ("8", "+390612345678", "390612345678"),
    ],
)
def test_a_number_is_written_as_the_installation_writes_it(phone_format: str, e164: str, written: str) -> None:
    assert settings(phone_format=phone_format).write_phone(e164) == written


def test_times_are_the_servers_local_times() -> None:
    vladivostok = settings(time_zone="Asia/Vladivostok")
    moment = datetime(2026, 11, 23, 20, 0, 5, tzinfo=UTC)

    assert vladivostok.write_time(moment) == "20261124060005"
    assert vladivostok.read_time("20261124060005") == moment
    assert vladivostok.read_time("") is None
    assert vladivostok.read_time(None) is None
