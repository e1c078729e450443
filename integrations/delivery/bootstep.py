"""The engine inside `celery worker -Q delivery -P threads`: started with the worker, stopped before it ends."""

from typing import Any

from celery import bootsteps
from celery.worker.control import inspect_command
from typing_extensions import override

from callcenter.monitoring import metrics
from integrations.delivery.engine import Engine
from integrations.delivery.gauges import Deliveries

QUEUE = "delivery"
_running: list[Engine] = []


class DeliveryStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Starts the engine in a worker that was told to consume the queue `delivery`, and in no other."""

    @override
    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.engine: Engine | None = None
        self.figures = Deliveries()

    @override
    def include_if(self, worker: Any) -> bool:
        return QUEUE in worker.app.amqp.queues.consume_from

    @override
    def start(self, worker: Any) -> None:
        self.engine = Engine()
        self.engine.start()
        _running.append(self.engine)
        metrics.add(self.figures)

    @override
    def stop(self, worker: Any) -> None:
        if self.engine is not None:
            self.engine.stop()
            _running.remove(self.engine)
            metrics.remove(self.figures)
            self.engine = None


@inspect_command()  # type: ignore[untyped-decorator]
def delivery(state: Any) -> list[dict[str, int | bool]]:
    """`celery inspect delivery`: what the engines of each worker are doing (needs Redis)."""
    return [engine.figures() for engine in _running]
