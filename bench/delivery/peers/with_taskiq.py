"""One taskiq task per order over Redis."""

import os

from store import Store
from taskiq import TaskiqEvents, TaskiqState
from taskiq_redis import ListQueueBroker

broker = ListQueueBroker(os.environ["BENCH_REDIS"], socket_timeout=None)
_store = Store()


@broker.on_event(TaskiqEvents.WORKER_STARTUP)
async def opened(_state: TaskiqState) -> None:
    """Open the pools of the worker."""
    await _store.open()


@broker.task
async def deliver(order_id: str) -> None:
    """Deliver one order."""
    await _store.deliver(order_id)
