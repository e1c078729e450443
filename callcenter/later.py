"""Work for later: a task queued by its name once the unit is committed.

Redis may lose it or be down: whoever queues has written a row before, and a sweep takes up rows that nobody has worked
on.
"""

from celery import current_app

from callcenter.tenancy.unit import after_commit


def queue(task: str, *ids: str) -> None:
    """Let a worker run the task of this name with these ids, after commit; a broker that is down delays nobody."""
    after_commit(lambda: current_app.send_task(task, args=ids, retry=False, ignore_result=True))
