"""The state of the deliveries as figures, read from PostgreSQL when somebody asks."""

from collections.abc import Iterator
from time import monotonic

from django.db import DatabaseError, connections
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from integrations.delivery.status import Standing, standing

KEPT_S = 5.0


class Deliveries(Collector):
    """`callcenter_deliveries{state}`, the age of the oldest due one, and the share that no wake-up reported."""

    def __init__(self) -> None:
        self._read_at = float("-inf")
        self._standing: Standing | None = None

    @override
    def collect(self) -> Iterator[Metric]:
        now = self._now()
        if now is None:
            return
        states = GaugeMetricFamily("callcenter_deliveries", "Orders on their way, by state", labels=["state"])
        for state in ("pending", "sending", "unknown", "review"):
            states.add_metric([state], getattr(now, state))
        yield states
        yield GaugeMetricFamily(
            "callcenter_delivery_oldest_due_seconds", "Age of the oldest order that waits", value=now.oldest_due_s or 0
        )
        yield GaugeMetricFamily(
            "callcenter_delivery_found_by_poll_ratio", "Orders that no wake-up reported", value=now.found_by_poll or 0
        )

    def _now(self) -> Standing | None:
        if monotonic() - self._read_at > KEPT_S:
            try:
                self._standing, self._read_at = standing(), monotonic()
            except DatabaseError:
                self._standing = None
            finally:
                connections.close_all()
        return self._standing
