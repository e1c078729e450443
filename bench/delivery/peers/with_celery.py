"""One Celery task per order: as one would write it today, and tuned as far as its documents and source allow."""

import os

import requests
from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")

TIMEOUT_S = 10
app = Celery("bench", broker=os.environ["BENCH_REDIS"])
app.conf.update(task_ignore_result=True, worker_send_task_events=False)
if os.environ.get("BENCH_TUNED") == "1":
    # Without it Celery closes Django's connection before and after every task, whatever CONN_MAX_AGE says.
    app.conf.update(CELERY_DB_REUSE_MAX=100_000)
_session = requests.Session()
_session.mount("http://", requests.adapters.HTTPAdapter(pool_connections=100, pool_maxsize=8))
_HEADERS = {"Content-Type": "application/json"}


@app.task
def deliver(order_id: str) -> None:
    """Today's habit."""
    from django.utils import timezone
    from table import Order

    order = Order.objects.get(pk=order_id)
    answer = requests.post(order.url, data=order.body.encode(), headers=_HEADERS, timeout=TIMEOUT_S)
    answer.raise_for_status()
    order.number = answer.json()["data"]["order_id"]
    order.state, order.delivered_at = "delivered", timezone.now()
    order.save()


@app.task
def deliver_tuned(order_id: str) -> None:
    """The same with kept connections and one narrow write."""
    from django.utils import timezone
    from table import Order

    url, body = Order.objects.values_list("url", "body").get(pk=order_id)
    answer = _session.post(url, data=body.encode(), headers=_HEADERS, timeout=TIMEOUT_S)
    answer.raise_for_status()
    number = answer.json()["data"]["order_id"]
    Order.objects.filter(pk=order_id).update(state="delivered", number=number, delivered_at=timezone.now())
