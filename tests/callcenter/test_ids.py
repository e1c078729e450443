"""Identifiers: their shape and their order."""

import time

import pytest

from callcenter.ids import uuid7


def test_an_id_is_a_uuid_of_version_7_and_the_rfc_variant() -> None:
    made = [uuid7() for _ in range(1_000)]

    assert {(item.version, item.variant) for item in made} == {(7, "specified in RFC 4122")}


def test_the_first_48_bits_are_the_milliseconds_of_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 0x017F22E279B0 * 1_000_000 + 999_999)

    assert str(uuid7()).startswith("017f22e2-79b0-7")


def test_ids_of_different_milliseconds_sort_by_time_as_numbers_and_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1_795_000_000_000_000_000, 1_795_000_001_000_000_000, 1_000_000))
    monkeypatch.setattr(time, "time_ns", lambda: next(clock))

    made = [uuid7() for _ in range(1_000)]

    assert made == sorted(made)
    assert [str(item) for item in made] == sorted(str(item) for item in made)


def test_ids_of_one_millisecond_are_all_different(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_795_000_000_000_000_000)

    assert len({uuid7() for _ in range(10_000)}) == 10_000
