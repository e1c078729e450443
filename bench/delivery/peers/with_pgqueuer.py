"""One pgqueuer job per order, in PostgreSQL alone."""

import asyncio
import os
from datetime import timedelta

import asyncpg
import uvloop
from pgqueuer import PgQueuer
from pgqueuer.models import Job
from store import Store

AT_ONCE = 128


async def main() -> None:
    """Work until killed."""
    store = Store()
    await store.open()
    queue = PgQueuer.from_asyncpg_connection(await asyncpg.connect(os.environ["BENCH_DATABASE"]))

    @queue.entrypoint("deliver")
    async def deliver(job: Job) -> None:
        assert job.payload is not None
        await store.deliver(job.payload.decode())

    await queue.run(dequeue_timeout=timedelta(seconds=5), batch_size=32, max_concurrent_tasks=AT_ONCE)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
