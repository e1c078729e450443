"""The threads that wait for dispatch programs. They never touch the database, so that a program that hangs holds no
session of it; they are daemons, so that it does not hold the end of the process either.
"""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread


class Senders:
    """A pool that grows to `most` threads when all are busy; idle threads are used again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = Lock()
        self._threads = 0
        self._free = 0

    def run(self, work: Callable[[], None]) -> None:
        """Run `work`, which must not raise, in a thread of its own or in the next free one."""
        with self._lock:
            if self._free > 0 or self._threads >= self._most:
                self._free -= 1
            else:
                self._threads += 1
                Thread(target=self._serve, name=f"sender-{self._threads}", daemon=True).start()
        self._work.put(work)

    def close(self) -> None:
        """Let the threads end as soon as they are free."""
        for _ in range(self._threads):
            self._work.put(None)

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            work()
            with self._lock:
                self._free += 1
