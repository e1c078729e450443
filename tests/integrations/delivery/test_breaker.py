"""The breaker opens after three failures in a row, waits longer each time, and probes once."""

from uuid import UUID

from integrations.delivery.breaker import Breaker

KOMET, LUNA = UUID(int=1), UUID(int=2)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def _opened(clock: Clock, times: int = 3) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(times):
        breaker.failed(KOMET)
    return breaker


def test_two_failures_leave_it_closed() -> None:
    assert _opened(Clock(), times=2).rooms() == {}


def test_three_failures_in_a_row_open_it_for_that_service_alone() -> None:
    breaker = _opened(Clock())
    breaker.failed(LUNA)

    assert breaker.rooms() == {KOMET: 0}


def test_an_answer_between_failures_starts_the_count_again() -> None:
    breaker = _opened(Clock(), times=2)
    breaker.answered(KOMET)
    breaker.failed(KOMET)

    assert breaker.rooms() == {}


def test_after_two_seconds_one_probe_is_let_through() -> None:
    clock = Clock()
    breaker = _opened(clock)
    clock.now += 1.9
    before = breaker.rooms()
    clock.now += 0.2

    assert (before, breaker.rooms()) == ({KOMET: 0}, {KOMET: 1})


def test_a_failed_probe_doubles_the_wait_up_to_fifteen_seconds() -> None:
    clock, waits = Clock(), []
    breaker = _opened(clock)
    for _ in range(5):
        waited = 0.0
        while breaker.rooms()[KOMET] == 0:
            clock.now += 0.5
            waited += 0.5
        waits.append(waited)
        breaker.failed(KOMET)

    assert waits == [2.0, 4.0, 8.0, 15.0, 15.0]


def test_failures_that_come_in_while_it_is_open_do_not_lengthen_the_wait() -> None:
    clock = Clock()
    breaker = _opened(clock, times=8)
    clock.now += 2.0

    assert breaker.rooms() == {KOMET: 1}


def test_an_answered_probe_closes_it() -> None:
    clock = Clock()
    breaker = _opened(clock)
    clock.now += 2.0
    breaker.answered(KOMET)

    assert breaker.rooms() == {}
