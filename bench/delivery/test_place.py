"""`make bench-delivery`, second half: placing an order through the whole product beside a bare DRF view, and beside
pgbench inserting the same rows with nothing before it.

Ours: cookies, CSRF, the seat's and the call's right checked by the database, row policies, validation, encryption,
four rows and an audit entry in one transaction, NOTIFY after it. DRF: one serializer, one row.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from subprocess import run
from time import monotonic
from uuid import uuid4

import pytest

from bench.delivery.cpu import used_s
from bench.delivery.report import machine, put_between
from bench.delivery.rows import Rows
from bench.delivery.stand import PEERS, PEERS_DATABASE, PEERS_PYTHON, Stand
from callcenter.embedded import children
from callcenter.embedded.binaries import postgres_folder
from callcenter.embedded.servers import free_port
from callcenter.models import Person
from orders.actions.place import MOST_ORDERS
from orders.models import Call
from tests.factories import make_desk, open_grant
from tests.faults.cluster import ROOT, wait_for

CLIENTS, CSRF = 4, "c" * 32
BEGIN, END = "<!-- place: written by make bench-delivery -->", "<!-- place: end -->"
Ask = tuple[str, bytes, dict[str, str]]
Serving = AbstractContextManager[tuple[children.Child, int]]
_PGBENCH = """
INSERT INTO bench_order (id, url, body, state, number)
VALUES (gen_random_uuid(), 'http://127.0.1.1/', repeat('x', 400), 'queued', '');
"""


def test_place(ground: Stand, pytestconfig: pytest.Config) -> None:
    count, rounds = (300, 1) if pytestconfig.getoption("--short") else (1500, 3)
    found: dict[str, list[dict[str, float]]] = {"ours": [], "drf": [], "pgbench": []}
    rows = Rows()
    rows.clear(lambda position: f"http://127.0.1.{position + 1}:1", "")
    for _round in range(rounds):
        asks = our_asks(rows, count)
        with our_web(ground) as (process, port):
            found["ours"].append(measured(port, asks, [process.pid, *ground.servers]))
        with drf(ground) as (process, port):
            found["drf"].append(measured(port, drf_asks(count), [process.pid, *ground.servers]))
        found["pgbench"].append({"per_s": pgbench(ground)})
    report(found, machine(short=rounds == 1, rounds=rounds))
    print(json.dumps(found))


def our_asks(rows: Rows, count: int) -> list[Ask]:
    """Orders of calls, each held by an operator at a seat; as many orders a call as it may have."""
    asks: list[Ask] = []
    while len(asks) < count:
        line, token = rows.lines[len(asks) // MOST_ORDERS % len(rows.lines)], uuid4().hex
        person = Person.objects.create(login=token[:12], name="Bench", job="operator")
        desk = make_desk(person, token[:8])
        call = Call.objects.create(
            service=line.service, line=line, instance="bench", external_id=f"bench-{token}", seat=desk.seat,
            state="answered", scenario_kind="full",
        )  # fmt: skip
        open_grant(token, person, seat=desk.seat, call=call)
        asks += [_ask(call, token, desk.secret) for _order in range(MOST_ORDERS)]
    return asks


def _ask(call: Call, token: str, seat: str) -> Ask:
    said = {"phone": "89001234567", "pickup": "улица Ленина, 15", "destination": "Вокзал", "note": "код 12"}
    body = json.dumps({**said, "idempotency_key": str(uuid4())}).encode()
    headers = {"Cookie": f"csrf={CSRF}; seat={seat}", "X-Grant": token, "X-CSRFToken": CSRF}
    return f"/calls/{call.pk}/place", body, headers


def drf_asks(count: int) -> list[Ask]:
    """As many rows."""
    body = json.dumps({"url": "http://127.0.1.1/", "body": "x" * 400, "state": "queued"}).encode()
    return [("/orders", body, {})] * count


def measured(port: int, asks: Sequence[Ask], processes: Sequence[int]) -> dict[str, float]:
    """Orders per second with a few clients at once, the time of one answer, processor time of each."""
    warm, timed = asks[: len(asks) // 10], asks[len(asks) // 10 :]
    drive(port, warm)
    used, begun = used_s(processes), monotonic()
    times = sorted(drive(port, timed))
    spent, used = monotonic() - begun, used_s(processes) - used
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {"per_s": len(timed) / spent, "p50": cuts[49], "p99": cuts[98], "cpu_ms": used * 1000 / len(timed)}


def drive(port: int, asks: Sequence[Ask]) -> list[float]:
    """Send them over kept connections; milliseconds of each. AssertionError on anything but 201."""
    times: list[float] = []
    statuses: set[int] = set()

    def client(mine: Sequence[Ask]) -> None:
        link = HTTPConnection("127.0.0.1", port)
        for path, body, headers in mine:
            begun = monotonic()
            link.request("POST", path, body, {"Content-Type": "application/json", **headers})
            answer = link.getresponse()
            answer.read()
            times.append((monotonic() - begun) * 1000)
            statuses.add(answer.status)
        link.close()

    threads = [threading.Thread(target=client, args=(asks[first::CLIENTS],)) for first in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == {201}
    return times


@contextmanager
def serving(start: Callable[[int], children.Child]) -> Iterator[tuple[children.Child, int]]:
    """A web server on a free port, ready."""
    port = free_port()
    process = start(port)
    try:
        wait_for(lambda: answers(port), "the web server")
        yield process, port
    finally:
        children.stop([(process, signal.SIGTERM)])


def answers(port: int) -> bool:
    """Whether anything answers there."""
    link = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        link.request("GET", "/healthz")
        link.getresponse().read()
    except OSError:
        return False
    finally:
        link.close()
    return True


def our_web(ground: Stand) -> Serving:
    """The product's web process, in its role."""
    told = {"CALLCENTER_ROLE": "web", "CALLCENTER_PROCESS": "bench-web", "SECURE_COOKIES": "0"}
    environment = {**ground.cluster.environment(), **told}
    command = [sys.executable, "-m", "uvicorn", "--host", "127.0.0.1", "--log-level", "warning", "--port"]
    return serving(
        lambda port: children.start(
            [*command, str(port), "callcenter.asgi:application"],
            environment=environment, folder=ROOT, log=ground.folder / "web.log",
        )
    )  # fmt: skip


def drf(ground: Stand) -> Serving:
    """The peer under gunicorn, two processes."""
    command = [str(PEERS_PYTHON), "-m", "gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "4"]
    return serving(
        lambda port: children.start(
            [*command, "--keep-alive", "30", "--bind", f"127.0.0.1:{port}", "intake:application"],
            environment=ground.peers_environment({}), folder=PEERS, log=ground.folder / "drf.log",
        )
    )  # fmt: skip


def pgbench(ground: Stand, seconds: int = 4) -> float:
    """Transactions per second of the bare insert, with as many clients."""
    script = ground.folder / "insert.sql"
    script.write_text(_PGBENCH, encoding="ascii")
    program = Path(postgres_folder(ROOT)) / "pgbench"
    options = ["-n", "-c", str(CLIENTS), "-T", str(seconds), "-f", str(script)]
    url = ground.cluster.postgres.url(PEERS_DATABASE)
    done = run([str(program), *options, url], capture_output=True, text=True, check=True, env=dict(os.environ))
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    return float(line.split()[2])


def report(found: dict[str, list[dict[str, float]]], run_on: dict[str, object]) -> None:
    """Write the table and the JSON."""
    folder = ROOT / "docs" / "performance"
    folder.mkdir(exist_ok=True)
    kept = json.dumps({"machine": run_on, "rounds": found}, indent=1)
    (folder / "place.json").write_text(kept + "\n", encoding="utf-8")
    titles = {"ours": "placing, whole product", "drf": "bare DRF view", "pgbench": "pgbench, the row alone"}
    lines = [f"{CLIENTS} clients at once; {run_on['at']}, {run_on['rounds']} round(s).", ""]
    lines += ["| | orders/s | p50 ms | p99 ms | CPU ms each |", "|---|---|---|---|---|"]
    for name, title in titles.items():
        cells = [_median(found[name], figure) for figure in ("per_s", "p50", "p99", "cpu_ms")]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    put_between(ROOT / "docs" / "performance.md", BEGIN, END, "\n".join([*lines, ""]))


def _median(rounds: list[dict[str, float]], figure: str) -> str:
    values = [one[figure] for one in rounds if figure in one]
    return f"{statistics.median(values):.1f}" if values else "–"
