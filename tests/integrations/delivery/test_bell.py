"""The claiming thread is woken by a ring or a known moment, and tells both from a poll that found nothing said."""

from threading import Thread

from integrations.delivery.bell import POLL, WAKE, Bell

LONG_S = 30.0


def test_without_a_ring_the_wait_ends_as_a_poll() -> None:
    assert Bell().wait(0.01) == "poll"


def test_a_ring_that_came_before_the_wait_is_not_lost() -> None:
    bell = Bell()
    bell.ring()

    assert (bell.wait(LONG_S), bell.wait(0.01)) == ("wake", "poll")


def test_a_ring_from_another_thread_ends_the_wait() -> None:
    bell = Bell()
    ringer = Thread(target=bell.ring)
    ringer.start()

    assert bell.wait(LONG_S) == "wake"
    ringer.join()


def test_a_known_moment_ends_the_wait_like_a_ring() -> None:
    bell = Bell()
    bell.ring_in(0.01)

    assert (bell.wait(LONG_S), bell.wait(0.01)) == ("wake", "poll")


def test_a_moment_announced_during_the_wait_shortens_it() -> None:
    bell = Bell()
    announcer = Thread(target=bell.ring_in, args=(0.01,))
    announcer.start()

    assert bell.wait(LONG_S) == "wake"
    announcer.join()


def test_who_is_hurried_has_not_been_woken() -> None:
    bell = Bell()
    bell.hurry()

    assert (bell.wait(60.0), bell.wait(0.0)) == (POLL, POLL)


def test_a_ring_counts_more_than_a_hurry() -> None:
    bell = Bell()
    bell.hurry()
    bell.ring()

    assert (bell.wait(60.0), bell.wait(0.0)) == (WAKE, POLL)


def test_whoever_wants_a_ring_soon_shares_one_with_the_others() -> None:
    bell = Bell()
    for _place in range(100):
        bell.ring_within(0.02)

    assert (bell.wait(LONG_S), bell.wait(0.05)) == ("wake", "poll")


def test_a_ring_within_is_not_late_for_a_later_moment() -> None:
    bell = Bell()
    bell.ring_in(LONG_S)
    bell.ring_within(0.01)

    assert bell.wait(LONG_S / 2) == "wake"
