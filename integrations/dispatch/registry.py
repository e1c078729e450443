"""The dispatch adapters that exist: every folder beside this file is one kind."""

import importlib
from functools import cache
from pathlib import Path

from callcenter.contracts import DispatchAdapter

_FOLDER = Path(__file__).parent


@cache
def kinds() -> tuple[str, ...]:
    """Return the names of the kinds, in alphabetical order."""
    return tuple(sorted(folder.parent.name for folder in _FOLDER.glob("*/adapter.py")))


@cache
def adapter(kind: str) -> DispatchAdapter:
    """Return the adapter of `kind`; ValueError for a kind that does not exist. A broken module raises as it is."""
    if kind not in kinds():
        raise ValueError(f"{kind!r} is no kind of dispatch program: use one of {', '.join(kinds())}.")
    found: DispatchAdapter = importlib.import_module(f"{__package__}.{kind}.adapter").ADAPTER
    if found.kind != kind:
        raise ImportError(f"The adapter in the folder {kind!r} calls itself {found.kind!r}: the two must be equal.")
    return found
