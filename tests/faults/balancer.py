"""A TCP balancer in front of several processes of one kind, as a proxy in production is: the next one that listens."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from contextlib import suppress
from itertools import cycle
from threading import Thread

TRIES = 200
PAUSE_S = 0.05
CHUNK = 65_536


class Balancer:
    """Listens on a port of its own; `url` is where it is reached."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._turns = cycle(ports)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Take nobody any more."""
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client: socket.socket) -> None:
        server = self._reach()
        if server is None:
            client.close()
            return
        back = Thread(target=_pour, args=(server, client), daemon=True)
        back.start()
        _pour(client, server)
        back.join()
        for end in (client, server):
            end.close()

    def _reach(self) -> socket.socket | None:
        for _attempt in range(TRIES):
            with suppress(OSError):
                return socket.create_connection(("127.0.0.1", next(self._turns)), timeout=PAUSE_S * 20)
        return None


def _pour(source: socket.socket, target: socket.socket) -> None:
    source.settimeout(None)
    with suppress(OSError):
        while data := source.recv(CHUNK):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
