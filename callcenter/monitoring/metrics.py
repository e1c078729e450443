"""The figures of one process, in Prometheus' text format.

Labels are names of routes, tasks and states from the code: never an id, a service, an address or anything typed. Every
name has its meaning in `docs/operating.md`; the alarms over them are in `docs/alarms.yml`.
"""

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 1.5, 3.0, 5.0, 15.0)
_SHARED = "PROMETHEUS_MULTIPROC_DIR"
registry = CollectorRegistry()

requests = Counter("callcenter_requests", "Answered requests", ["route", "method", "status"], registry=registry)
request_seconds = Histogram(
    "callcenter_request_seconds", "Time to an answer", ["route"], buckets=SECONDS, registry=registry
)
tasks = Counter("callcenter_tasks", "Finished tasks", ["task", "outcome"], registry=registry)
task_seconds = Histogram("callcenter_task_seconds", "Time of a task", ["task"], buckets=SECONDS, registry=registry)
lookups = Counter("callcenter_lookups", "Answered look-ups of desks", ["kind", "outcome"], registry=registry)
lookup_seconds = Histogram(
    "callcenter_lookup_seconds", "Time of a look-up", ["kind"], buckets=SECONDS, registry=registry
)
ready = Gauge(
    "callcenter_ready", "1 when the check of readiness held", ["check"], registry=registry, multiprocess_mode="livemax"
)
streams = Gauge("callcenter_streams", "Open streams of desks", registry=registry, multiprocess_mode="livesum")
_own: list[Collector] = []


def add(collector: Collector) -> None:
    """Add figures that are read when they are asked for (the state of a queue, the number of streams)."""
    _own.append(collector)
    registry.register(collector)


def remove(collector: Collector) -> None:
    """Take such figures away again."""
    _own.remove(collector)
    registry.unregister(collector)


def written() -> bytes:
    """Everything as text. Where several processes share the work (a prefork worker), they share a folder as well."""
    if _SHARED not in os.environ:
        return generate_latest(registry)
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    for collector in _own:
        shared.register(collector)
    return generate_latest(shared)
