"""`python -m tests.faults.nursery`: a process that has loaded the product once and forks ready children on demand.

One JSON object a line on stdin asks for a child, one on stdout names it. Forking costs a hundredth of a start, so that
hundreds of processes can be killed in minutes. The nursery itself opens no connection and starts no thread.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcenter.settings")
django.setup()

from django.utils import timezone  # noqa: E402 - from here on models can be imported

from callcenter.tenancy.rules import WEB  # noqa: E402
from callcenter.tenancy.unit import unit  # noqa: E402
from integrations.delivery.engine import Engine  # noqa: E402
from integrations.delivery.pace import Pace  # noqa: E402
from orders.access import held_call  # noqa: E402
from orders.actions import place as placing  # noqa: E402
from orders.secrets import Dialog  # noqa: E402
from tests.faults.points import Halts, Point  # noqa: E402

log = logging.getLogger(__name__)


def main() -> None:
    """Fork a child for every line until the input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)  # noqa: T201 - the stage reads it
    for line in sys.stdin:
        wanted = json.loads(line)
        child = os.fork()
        if child == 0:
            live(wanted)
        print(child, flush=True)  # noqa: T201


def live(wanted: dict[str, Any]) -> None:
    """Be the child; never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with Path(wanted["log"]).open("ab", buffering=0) as file:
        os.dup2(file.fileno(), 2)
        os.dup2(file.fileno(), 1)
    code = 1  # whatever happens below, a child must not fall back into the nursery's loop
    try:
        if wanted["point"]:
            Halts(Point.read(wanted["point"]), wanted["stage"]).install()
        shift_clock(wanted.get("clock"))
        code = {"engine": engine, "place": place}[wanted["be"]](wanted)
    except BaseException:
        log.exception("the child died")
    os._exit(code)


def engine(wanted: dict[str, Any]) -> int:
    """Deliver until SIGTERM."""
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    running = Engine(Pace(**wanted["pace"]))
    running.start()
    told.wait()
    running.stop()
    return 0


def place(wanted: dict[str, Any]) -> int:
    """Place the order of a held call as web does; what the operator is told goes to the file `said`."""
    with unit(WEB, token=wanted["token"], seat=wanted["seat"]):
        held = held_call(UUID(wanted["call"]), exclusive=True)
        order = placing.place(held, Dialog(pickup="Ленина 15", note="код 12"), key=UUID(wanted["key"]))
    Path(wanted["said"]).write_text(str(order.pk), encoding="utf-8")
    return 0


def shift_clock(file: str | None) -> None:
    """Let this process's clock be wrong by as many seconds as stand in the file, now and whenever that changes."""
    if not file:
        return
    true = timezone.now

    def shifted() -> datetime:
        return true() + timedelta(seconds=float(Path(file).read_text(encoding="ascii") or 0))

    timezone.now = shifted


if __name__ == "__main__":
    main()
