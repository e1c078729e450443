"""A call log: read whole or refused with a sentence."""

from datetime import date
from decimal import Decimal

import pytest

from billing.calculator.log import LogRefused, read_log

LOG = """Время;Телефон;Отвечен;Заказ
01.10.2026 08:00;+79001234567;да;12
01.10.2026 23:30:10;+79001234567;да;13
02.10.2026 02:00;;нет;

03.10.2026 09:00;+79001234567;1;нет
01.11.2026 10:00;+79001234567;1;1
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_the_months_of_a_log_are_counted_whatever_wrote_it(encoding: str) -> None:
    october, november = read_log(LOG.replace("\n", "\r\n").encode(encoding))

    assert (october.month, october.days, october.calls, october.answered) == (date(2026, 10, 1), 3, 4, 3)
    assert (october.orders, october.at_night, october.orders_a_day) == (2, 1, 1)
    assert (october.missed, october.night) == (Decimal("25.0"), Decimal("50.0"))
    assert (november.calls, november.missed, november.night) == (1, Decimal("0.0"), Decimal("0.0"))


def test_the_log_of_an_asterisk_with_commas_is_read_too() -> None:
    log = 'calldate,src,disposition,order\n2026-10-01 08:00:00,"a, b",ANSWERED,1\n2026-10-01T09:00:00,x,NO ANSWER,0\n'

    assert [(month.calls, month.answered, month.orders) for month in read_log(log.encode())] == [(2, 1, 1)]


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("", "The log has no column time, answered, order, but –."),
        ("a;b;order\n", "The log has no column time, answered, but a, b, order. Name three columns"),
        ("time;answered;order\n", "The log has a heading and no calls."),
        ("time;answered;order\nyesterday;1;1\n", "Line 2: “yesterday” is no time: write it as 2026-11-23 18:05:00"),
        ("time;answered;order\n2026-10-01;maybe;1\n", "Line 2: “maybe” does not say whether the call was answered"),
        ("time;answered;order\n2026-10-01;1;1\n31.02.2026 08:00;1;1", "Line 3: “31.02.2026 08:00” is no time"),
        ("time;answered;order\n" + "2026-10-01;1;1\n" * 100_001, "The log has more than 100000 calls"),
        ("PK\x03\x04\x00\x00", "The file is no text"),
        ('time;answered;order\n"' + "x" * 140_000, "The file is no CSV"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(log: str, said: str) -> None:
    with pytest.raises(LogRefused) as refused:
        read_log(log.encode())

    assert str(refused.value).startswith(said)
