"""`python -m integrations.delivery.run`: the engine alone, without Celery and Redis; ends on SIGTERM or Ctrl-C."""

import os
import signal
from threading import Event
from types import FrameType

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcenter.settings")
django.setup()

from integrations.delivery.engine import Engine  # noqa: E402 - models can be imported only now


def main() -> None:
    """Run one engine until told to end."""
    told = Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        told.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, end)
    engine = Engine()
    engine.start()
    told.wait()
    engine.stop()


if __name__ == "__main__":
    main()
