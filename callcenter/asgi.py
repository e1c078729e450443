"""The web process: one uvicorn, one port. Ordinary requests run as WSGI in threads; streams and look-ups are plain
ASGI beside it.
"""

import asyncio
import signal
from types import FrameType
from typing import Any

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.urls.resolvers import RoutePattern

from callcenter.monitoring import metrics
from callcenter.plain_asgi import PLAIN_ROUTES, DatabasePool, Receive, Scope, Send
from callcenter.wsgi import application as django_application
from integrations.ask import Ask
from orders.hub import Hub
from orders.stream import DATABASE_THREADS, Live

WSGI_THREADS = 8
# Only what is listed there leaves Django: the proof of isolation exercises that list.
_PLAIN = tuple(RoutePattern(route.removeprefix("/"), is_endpoint=True) for route in PLAIN_ROUTES)


class Web:
    """Routes by path, and on SIGTERM lets every stream say goodbye before uvicorn waits for open connections."""

    def __init__(self) -> None:
        self.pages = WSGIMiddleware(django_application, workers=WSGI_THREADS)
        self.pool = DatabasePool(DATABASE_THREADS, "live")
        self.hub = Hub(settings.REDIS_URL)
        self.live = Live(self.hub, self.pool)
        self.ask = Ask()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._application(scope["path"])(scope, receive, send)

    def _application(self, path: str) -> Any:
        if not any(route.match(path.removeprefix("/")) for route in _PLAIN):
            return self.pages
        return self.live if path == "/live/" else self.ask

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.hub.begin()
                metrics.streams.set_function(lambda: self.hub.streams)
                self._say_goodbye_first()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.hub.close()
                self.pool.close()
                self.ask.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _say_goodbye_first(self) -> None:
        """uvicorn ends its lifespan only after open connections are gone: the streams must hear of the signal
        itself.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            before = signal.getsignal(number)

            def handle(received: int, frame: FrameType | None, before: Any = before) -> None:
                loop.call_soon_threadsafe(self.hub.stop)
                if callable(before):
                    before(received, frame)

            signal.signal(number, handle)


application = Web()
