"""What the asynchronous peers do with one order: read it, post it, mark it."""

import os
from uuid import UUID

import aiohttp
import asyncpg

TIMEOUT_S = 10
_READ = "SELECT url, body FROM bench_order WHERE id = $1"
_MARK = "UPDATE bench_order SET state = 'delivered', number = $2, delivered_at = now() WHERE id = $1"
_HEADERS = {"Content-Type": "application/json"}


class Store:
    """A pool of each kind; to be opened inside the loop."""

    pool: asyncpg.Pool
    session: aiohttp.ClientSession

    async def open(self) -> None:
        """Connect."""
        self.pool = await asyncpg.create_pool(os.environ["BENCH_DATABASE"], min_size=4, max_size=16)
        connector = aiohttp.TCPConnector(limit=0)
        self.session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))

    async def deliver(self, order_id: str) -> None:
        """Deliver one order."""
        row = await self.pool.fetchrow(_READ, UUID(order_id))
        async with self.session.post(row["url"], data=row["body"].encode(), headers=_HEADERS) as answer:
            answer.raise_for_status()
            number = (await answer.json())["data"]["order_id"]
        await self.pool.execute(_MARK, UUID(order_id), str(number))
