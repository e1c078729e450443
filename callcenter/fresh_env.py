"""`python3 -m callcenter.fresh_env [FOLDER]`: write `.env` from `.env.example` with fresh secrets.

Needs nothing but Python.
"""

from __future__ import annotations

import base64
import os
import secrets
import string
import sys
from pathlib import Path

LENGTH = 64
_PLAIN = string.ascii_letters + string.digits


def filled(example: str) -> str:
    """The text with a secret of its own in every place that says `random` or `random-base64`."""
    return "".join(f"{_line(line)}\n" for line in example.splitlines())


def _line(line: str) -> str:
    name, _, value = line.partition("=")
    if value == "random":
        return f"{name}={''.join(secrets.choice(_PLAIN) for _ in range(LENGTH))}"
    if value == "random-base64":
        return f"{name}={base64.b64encode(secrets.token_bytes(32)).decode()}"
    return line


def main(folder: Path) -> str:
    """Write the file, readable by its owner alone; never over one that exists, since its keys open the data."""
    target = folder / ".env"
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SystemExit(
            f"{target} exists: its keys open the stored data. Move it away first if you mean it."
        ) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(filled((folder / ".env.example").read_text(encoding="utf-8")))
    return f"{target} is written. Now set PUBLIC_HOST in it."


if __name__ == "__main__":
    sys.stdout.write(main(Path(*sys.argv[1:2])) + "\n")
