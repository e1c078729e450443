"""The schedule of retries and looks."""

import pytest

from callcenter.contracts import HttpRequest
from integrations.delivery.pace import LATEST_START_S, Pace

MIDDLE = 0.5


def test_a_caller_on_the_line_gets_five_tries_within_four_seconds() -> None:
    waits = [Pace().retry_in_s(failures, MIDDLE) for failures in range(1, 9)]

    assert waits == [0.0, 0.2, 0.5, 1.0, 2.0, 5.0, 5.0, 5.0]


@pytest.mark.parametrize(("failures", "seconds"), [(40, 5.0), (41, 15.0), (100, 15.0), (101, 60.0), (20_000, 60.0)])
def test_an_order_for_next_week_is_retried_ever_more_seldom(failures: int, seconds: float) -> None:
    assert Pace().retry_in_s(failures, MIDDLE) == seconds


def test_the_marker_is_looked_for_after_one_two_four_and_then_every_eight_seconds() -> None:
    assert [Pace().look_in_s(looks, MIDDLE) for looks in range(6)] == [1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


def test_a_wait_is_spread_by_a_fifth_to_either_side() -> None:
    assert [Pace().look_in_s(3, chance) for chance in (0.0, 1.0)] == pytest.approx([6.4, 9.6])


def test_the_longest_send_is_what_a_request_may_take() -> None:
    request = HttpRequest(method="POST", path="/")

    assert Pace().longest_send_s == LATEST_START_S + request.connect_timeout_s + request.read_timeout_s


def test_a_scale_shortens_every_wait() -> None:
    assert Pace(scale=0.1).look_in_s(1, MIDDLE) == pytest.approx(0.2)
