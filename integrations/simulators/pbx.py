"""A simulated telephone exchange in a process of its own; it knows the switch only by signed HTTP.

Run it as `manage.py simulate_pbx` or `python -m integrations.simulators.pbx`.
"""

import argparse
import asyncio
import contextlib
import json
import logging
import secrets
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from integrations.simulators.pbx_exchange import Exchange
from integrations.simulators.pbx_link import Link
from integrations.simulators.pbx_plan import Options

MOST_THREADS = 32

logger = logging.getLogger("pbx")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line; every option has the name of its field in `Options`."""
    parser.add_argument("--switch", required=True, metavar="URL", help="address of the switch")
    parser.add_argument("--instance", required=True, help="the name under which the switch knows this exchange")
    parser.add_argument("--secret", required=True, help="the secret that signs the requests")
    parser.add_argument("--lines", required=True, type=_lines, metavar="E164,…", help="the dialled numbers")
    parser.add_argument("--calls", type=_count, default=0, metavar="N", help="end after N calls; 0: never (default)")
    parser.add_argument(
        "--concurrent", type=_at_least_one, default=1, metavar="N", help="calls at one time (default 1)"
    )
    parser.add_argument("--rate", type=_positive, metavar="CALLS_PER_MIN", help="pace; without it as calls end")
    parser.add_argument("--ring-s", type=_seconds, default=3.0, help="an operator's phone rings so long (default 3)")
    parser.add_argument("--talk-s", type=_seconds, default=120.0, help="longest conversation (default 120)")
    parser.add_argument("--patience-s", type=_seconds, default=60.0, help="a caller waits so long (default 60)")
    parser.add_argument("--resync-s", type=_seconds, default=1.0, help="pace of the list of living calls (default 1)")
    parser.add_argument("--settle-s", type=_seconds, default=1.5, help="from readiness to the next call (default 1.5)")
    parser.add_argument("--abandon-share", type=_share, default=0.1, help="callers who give up early (default 0.1)")
    parser.add_argument(
        "--miss-share", type=_share, default=0.1, help="calls missed by the first operator (default 0.1)"
    )
    parser.add_argument("--duplicate-share", type=_share, default=0.0, help="events sent twice (default 0)")
    parser.add_argument("--swap-share", type=_share, default=0.0, help="events sent after their successor (default 0)")
    parser.add_argument("--only-when-ready", action="store_true", help="start calls only when an operator is ready")
    parser.add_argument("--seed", type=int, help="the same seed gives the same callers (default: random)")
    parser.add_argument("--run", help="first part of the call ids (default: the time of the start)")
    parser.add_argument("--report", default="", metavar="FILE", help="write what each call saw, one JSON line per call")


def read_options(given: Mapping[str, Any]) -> Options:
    """Make the options from parsed arguments, with a fresh seed and run where none is given."""
    known = {field.name: given[field.name] for field in fields(Options)}
    seed = secrets.randbelow(2**32) if known["seed"] is None else known["seed"]
    return Options(**{**known, "seed": seed, "run": known["run"] or str(int(time.time()))})


def run(options: Options) -> dict[str, int]:
    """Simulate until the calls are done or a signal comes; return how many calls ended in which way."""
    with contextlib.ExitStack() as stack:
        report = stack.enter_context(Path(options.report).open("a", encoding="utf-8")) if options.report else None
        threads = min(MOST_THREADS, options.concurrent + 3)
        link = Link(switch=options.switch, instance=options.instance, secret=options.secret, threads=threads)
        stack.callback(link.close)
        return asyncio.run(_run(options, link=link, report=report))


async def _run(options: Options, *, link: Link, report: Any) -> dict[str, int]:
    exchange = Exchange(options, link=link, report=report)
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(RuntimeError):
            asyncio.get_running_loop().add_signal_handler(number, exchange.stop)
    logger.info("exchange %s speaks to %s, seed %s", options.instance, options.switch, options.seed)
    await exchange.run()
    return exchange.outcomes


def main(argv: Sequence[str] | None = None) -> int:
    """Run from a command line; the last line of the output tells how the calls ended."""
    parser = argparse.ArgumentParser(prog="pbx", description=__doc__)
    add_arguments(parser)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    outcomes = run(read_options(vars(parser.parse_args(argv))))
    sys.stdout.write(json.dumps({"calls": sum(outcomes.values()), "outcomes": outcomes}) + "\n")
    return 0


def _lines(text: str) -> tuple[str, ...]:
    lines = tuple(line.strip() for line in text.split(",") if line.strip())
    if not lines:
        raise argparse.ArgumentTypeError("no number; a comma-separated list of E.164 numbers is allowed")
    return lines


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no count; 0, 1, 2 … is allowed")
    return int(text)


def _at_least_one(text: str) -> int:
    return max(1, _count(text))


def _seconds(text: str) -> float:
    return _number(text, 0.0, 86_400.0)


def _share(text: str) -> float:
    return _number(text, 0.0, 1.0)


def _positive(text: str) -> float:
    return _number(text, 0.001, 1_000_000.0)


def _number(text: str, smallest: float, largest: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not smallest <= value <= largest:
        raise argparse.ArgumentTypeError(f"{text!r} is not allowed; {smallest:g} to {largest:g} is")
    return value


if __name__ == "__main__":
    sys.exit(main())
