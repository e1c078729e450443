"""`python prepare.py`: the tables of the peers, once."""

import asyncio
import os

import asyncpg
import django
from pgqueuer import Queries

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

from table import SQL  # noqa: E402


async def main() -> None:
    """Make them."""
    connection = await asyncpg.connect(os.environ["BENCH_DATABASE"])
    await connection.execute(SQL)
    await Queries.from_asyncpg_connection(connection).install()


if __name__ == "__main__":
    asyncio.run(main())
