"""The Celery application: schedule in code, tasks found in the apps, the delivery engine as a bootstep of its
worker.
"""

import os
from typing import Any

from celery import Celery, bootsteps
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from callcenter.monitoring import work
from callcenter.monitoring.server import serve_where_wanted

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcenter.settings")
app = Celery("callcenter")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.task_routes = {"billing.*": {"queue": "billing"}}
app.conf.beat_schedule = {
    "sweep usage": {"task": "billing.sweep_usage", "schedule": 30.0},
    "tidy exports": {"task": "billing.tidy_exports", "schedule": 60.0},
    "erase what is due": {"task": "orders.erase_due", "schedule": crontab(hour=3, minute=30)},
    "check connections": {"task": "integrations.check_connections", "schedule": 30.0},
    "forget seen webhooks": {"task": "integrations.forget_seen_webhooks", "schedule": 600.0},
}
app.conf.beat_schedule_filename = os.environ.get("BEAT_SCHEDULE_FILE", "/dev/null")


class ReadyStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Refuses to start a worker on a database that does not keep services apart."""

    def start(self, worker: Any) -> None:
        """Check once, before the first task."""
        from callcenter.tenancy.process import ready_to_serve  # it names models, which exist from here on

        try:
            ready_to_serve()
        except ImproperlyConfigured as error:
            raise SystemExit(str(error)) from error
        serve_where_wanted()


work.connect()
app.steps["worker"].add(ReadyStep)
app.steps["worker"].add("integrations.delivery.bootstep:DeliveryStep")
