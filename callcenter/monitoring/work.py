"""Figures of the workers: how many tasks ended how, and how long they took."""

from time import perf_counter
from typing import Any

from celery.signals import beat_init, task_postrun, task_prerun

from callcenter.monitoring import metrics
from callcenter.monitoring.server import serve_where_wanted

_begun: dict[str, float] = {}


def connect() -> None:
    """Listen to Celery's own signals."""
    task_prerun.connect(_before, weak=False)
    task_postrun.connect(_after, weak=False)
    beat_init.connect(_schedule_begins, weak=False)


def _before(task_id: str, **_: Any) -> None:
    _begun[task_id] = perf_counter()


def _after(task_id: str, task: Any, state: str | None = None, **_: Any) -> None:
    begun = _begun.pop(task_id, None)
    metrics.tasks.labels(task.name, (state or "unknown").lower()).inc()
    if begun is not None:
        metrics.task_seconds.labels(task.name).observe(perf_counter() - begun)


def _schedule_begins(**_: Any) -> None:
    serve_where_wanted()
