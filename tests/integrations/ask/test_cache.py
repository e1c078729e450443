"""Hints of a moment ago."""

from uuid import UUID

from integrations.ask.cache import KEPT_S, MOST_PER_SERVICE, HintCache

KOMET, LUNA = UUID(int=1), UUID(int=2)


class Clock:
    """A clock that the test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_an_answer_is_for_its_own_service_and_text() -> None:
    cache = HintCache(Clock())
    cache.put(KOMET, "лен", {"hints": [1]})

    assert cache.get(KOMET, "лен") == {"hints": [1]}
    assert cache.get(LUNA, "лен") is None
    assert cache.get(KOMET, "лени") is None


def test_an_answer_lives_a_minute_and_then_leaves_the_memory() -> None:
    clock = Clock()
    cache = HintCache(clock)
    cache.put(KOMET, "лен", {"hints": []})

    clock.now += KEPT_S - 1
    assert cache.get(KOMET, "лен") is not None
    clock.now += 1
    assert cache.get(KOMET, "лен") is None
    cache.put(LUNA, "мир", {"hints": []})
    assert len(cache) == 1


def test_a_service_keeps_so_many_answers_and_the_oldest_goes() -> None:
    cache = HintCache(Clock())
    cache.put(LUNA, "мир", {"hints": []})
    for number in range(MOST_PER_SERVICE + 1):
        cache.put(KOMET, str(number), {"hints": []})

    assert len(cache) == MOST_PER_SERVICE + 1
    assert cache.get(KOMET, "0") is None
    assert cache.get(KOMET, "1") is not None
    assert cache.get(LUNA, "мир") is not None


def test_the_same_text_again_is_the_newest() -> None:
    clock = Clock()
    cache = HintCache(clock)
    cache.put(KOMET, "лен", {"hints": [1]})
    clock.now += 30
    cache.put(KOMET, "мир", {"hints": []})
    cache.put(KOMET, "лен", {"hints": [2]})
    clock.now += 45

    assert cache.get(KOMET, "лен") == {"hints": [2]}
    cache.put(KOMET, "сад", {"hints": []})
    assert len(cache) == 3
