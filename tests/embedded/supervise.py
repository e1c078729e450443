"""`python -m tests.embedded.supervise FOLDER`: a supervisor of two shells that sleep and of one that fails at once."""

import sys
from pathlib import Path

from callcenter.embedded.runner import Program, Supervisor


def main(folder: Path) -> None:
    supervisor = Supervisor(say)
    supervisor.listen()
    try:
        supervisor.start(shell("steady", folder, "echo run >> steady.runs; exec sleep 1000"))
        supervisor.start(
            shell("forking", folder, "sleep 1000 & wait"), shell("failing", folder, "echo no room; exit 3")
        )
        say("watching")
        supervisor.watch()
    except KeyboardInterrupt:
        say("stopping")
    finally:
        supervisor.stop()


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def shell(name: str, folder: Path, script: str) -> Program:
    return Program(name, ["/bin/sh", "-c", script], {}, folder / f"{name}.log", folder=folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
