"""`python -m callcenter.embedded.shell ROLE [COMMAND…]`: run a command with the running demo's environment of one
role.
"""

import json
import os
import sys
from pathlib import Path
from typing import NoReturn

from callcenter.embedded.demo import data_folder


def main() -> NoReturn:
    """Replace this process by the command, or by a shell."""
    file = data_folder() / "environments.json"
    if not file.exists():
        print("No demo has run here yet: start it with make demo.", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    environments = json.loads(file.read_text(encoding="utf-8"))
    role = sys.argv[1] if len(sys.argv) > 1 else "worker"
    if role not in environments:
        print(f"{role!r} is no role of a process: use one of {', '.join(environments)}.", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    command = sys.argv[2:] or [os.environ.get("SHELL", "/bin/sh")]
    known = {**os.environ, **environments[role]}
    known["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{known['PATH']}"
    os.execvpe(command[0], command, known)  # noqa: S606


if __name__ == "__main__":
    main()
