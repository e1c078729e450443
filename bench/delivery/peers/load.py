"""`python load.py KIND FILE RATE`: write the orders of FILE and hand each to the queue; 0 is at once, else so many a
second. Prints when each was committed, by token, in monotonic seconds: the hand-over comes after that.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg2
from psycopg2.extras import execute_values

Orders = list[dict[str, Any]]
Hand = Callable[[list[str]], Awaitable[None]]
_INSERT = "INSERT INTO bench_order (id, url, body, state, number) VALUES %s"


async def hand_of(kind: str) -> Hand:
    """The function that queues orders by id."""
    if kind == "taskiq":
        return await _taskiq()
    if kind == "pgqueuer":
        return await _pgqueuer()
    import with_celery

    task = with_celery.deliver_tuned if os.environ.get("BENCH_TUNED") == "1" else with_celery.deliver

    async def hand(ids: list[str]) -> None:
        for one in ids:
            task.delay(one)

    return hand


async def _taskiq() -> Hand:
    import with_taskiq

    await with_taskiq.broker.startup()

    async def hand(ids: list[str]) -> None:
        for one in ids:
            await with_taskiq.deliver.kiq(one)

    return hand


async def _pgqueuer() -> Hand:
    import asyncpg
    from pgqueuer import Queries

    queries = Queries.from_asyncpg_connection(await asyncpg.connect(os.environ["BENCH_DATABASE"]))

    async def hand(ids: list[str]) -> None:
        for first in range(0, len(ids), 500):
            some = ids[first : first + 500]
            await queries.enqueue(["deliver"] * len(some), [one.encode() for one in some], [0] * len(some))

    return hand


async def load(kind: str, orders: Orders, rate: float) -> dict[str, float]:
    """Write and queue; when each was committed."""
    hand, committed = await hand_of(kind), {}
    with closing(psycopg2.connect(os.environ["BENCH_DATABASE"])) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        step, begun = (1 if rate else len(orders)), monotonic()
        for first in range(0, len(orders), step):
            if rate:
                sleep(max(0.0, begun + first / rate - monotonic()))
            some = orders[first : first + step]
            execute_values(cursor, _INSERT, [(o["id"], o["url"], o["body"], "queued", "") for o in some])
            now = monotonic()
            committed.update({o["token"]: now for o in some})
            await hand([o["id"] for o in some])
    return committed


if __name__ == "__main__":
    lines = Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()
    result = asyncio.run(load(sys.argv[1], [json.loads(line) for line in lines], float(sys.argv[3])))
    sys.stdout.write(json.dumps(result))
    sys.stdout.flush()
    os._exit(0)  # brokers' background tasks need not be waited for
