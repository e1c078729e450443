"""The exchanges that can speak to us over HTTP: every folder with `adapter.py` beside this file is one kind."""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from callcenter.contracts import CallEvent

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Receipt:
    """What makes a signed request that very request: a second one with the same pair is a recording."""

    webhook_id: str
    stamp: int


class TelephonyAdapter(Protocol):
    """A translator for one make of exchange: no database, no clock, no network."""

    kind: str

    def check(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> Receipt:
        """Prove that the exchange has signed this with one of its secrets;
        `integrations.signature.Refused` otherwise.
        """

    def read(self, body: bytes) -> Mapping[str, Any]:
        """Take a checked body apart; ValueError with a sentence when it cannot be read."""

    def events(self, payload: Mapping[str, Any], *, instance: str) -> Sequence[CallEvent]:
        """Say in our words what happened; ValueError with a sentence for what cannot be an event."""


@cache
def kinds() -> tuple[str, ...]:
    """Return the names of the kinds, in alphabetical order."""
    return tuple(sorted(folder.parent.name for folder in _FOLDER.glob("*/adapter.py")))


@cache
def adapter(kind: str) -> TelephonyAdapter:
    """Return the adapter of `kind`; ValueError for a kind that does not exist. A broken module raises as it is."""
    if kind not in kinds():
        raise ValueError(f"{kind!r} is no kind of exchange: use one of {', '.join(kinds())}.")
    found: TelephonyAdapter = importlib.import_module(f"{__package__}.{kind}.adapter").ADAPTER
    if found.kind != kind:
        raise ImportError(f"The adapter in the folder {kind!r} calls itself {found.kind!r}: the two must be equal.")
    return found
