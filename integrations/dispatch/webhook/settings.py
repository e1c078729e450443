"""What a connection to a service's own program stores, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from callcenter.contracts import SettingField
from integrations.signature import key_of


def _(message: str) -> str:
    """Mark a text for translation; whoever shows it translates it."""
    return message


DEFAULT_PATH = "/callcenter"
SHORTEST_KEY = 24
FIELDS = (
    SettingField(
        name="path", label=_("Path of the receiver"), default=DEFAULT_PATH,
        hint=_("Where the program takes our requests, such as /callcenter."),
    ),
)  # fmt: skip
_PATH = re.compile(r"/[A-Za-z0-9._~/-]{0,199}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One receiver."""

    secret: str = field(repr=False)
    path: str = DEFAULT_PATH


def read_settings(stored: Mapping[str, Any], secret: str) -> Settings:
    """Check what is stored; ValueError with the name, the value and the rule."""
    unknown = sorted(set(stored) - {"path"})
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no setting of a signed webhook: use path.")
    path = stored.get("path", DEFAULT_PATH)
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise ValueError(f"path is {str(path)[:40]!r}: write it as /name, with letters, digits and . _ ~ -.")
    if len(key_of(secret)) < SHORTEST_KEY and secret.startswith("whsec_"):
        raise ValueError(f"The key is too short: behind whsec_ stand at least {SHORTEST_KEY} random bytes in base64.")
    return Settings(secret=secret, path=path)
