"""The whole product with two of each process behind balancers, so that any one of them can be replaced under load."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

import urllib3
from typing_extensions import override

from integrations.simulators.operator import Desk
from tests.e2e.stack import SLUGS, Stack, free_port
from tests.faults.balancer import Balancer

PATIENCE_S = 8.0
GRACE_S = "5"
APPLICATIONS = {"web": "callcenter.asgi:application", "switch": "callcenter.switch_asgi:application"}
CELERY = ("-m", "celery", "-A", "callcenter.celery")
WORKER = (*CELERY, "worker", "--without-gossip", "--without-mingle", "--loglevel", "WARNING")


@dataclass
class Fleet(Stack):
    """`ports` of the servers by name, `balancers` by kind."""

    ports: dict[str, int] = field(default_factory=dict)
    balancers: dict[str, Balancer] = field(default_factory=dict)

    @property
    @override
    def web_url(self) -> str:
        return self.balancers["web"].url

    @property
    @override
    def switch_url(self) -> str:
        return self.balancers["switch"].url

    @override
    def start(self) -> Stack:
        """Two web, two switch, three workers, two beats."""
        self._make_databases()
        for slug in SLUGS:
            self.start_dispatch(slug)
        for slug in SLUGS:
            self.wait(lambda slug=slug: (self.folder / slug / "fingerprint").exists(), f"the certificate of {slug}")
        self._seed()
        for kind in APPLICATIONS:
            names = [f"{kind}-{position}" for position in (1, 2)]
            self.ports |= {name: free_port() for name in names}
            self.balancers[kind] = Balancer([self.ports[name] for name in names])
        for name in self.members():
            self.launch(name)
        for name in self.ports:
            self.wait_until_well(name)
        return self

    def members(self) -> list[str]:
        """Everything that is replaced one after another."""
        return [*self.ports, "delivery-1", "delivery-2", "worker-1", "beat-1", "beat-2"]

    def launch(self, name: str) -> None:
        """Start one member."""
        kind = name.partition("-")[0]
        if kind in APPLICATIONS:
            port = ("--host", "127.0.0.1", "--port", str(self.ports[name]), "--log-level", "warning")
            served = ("-m", "uvicorn", APPLICATIONS[kind], *port, "--timeout-graceful-shutdown", GRACE_S)
            self.start_python(name, *served, role=kind)
        elif kind == "beat":
            self.start_python(
                name, *CELERY, "beat", "--pidfile=", "--schedule", str(self.folder / name), role="billing"
            )
        else:
            pool = ("-Q", "delivery", "-P", "threads") if kind == "delivery" else ("-Q", "default")
            self.start_python(name, *WORKER, *pool, "-c", "1", "-n", f"{name}@%h", role="worker")

    def wait_until_well(self, name: str) -> None:
        """Until the server answers by itself."""
        self.wait(lambda: well(f"http://127.0.0.1:{self.ports[name]}/healthz"), name)

    def replace(self, name: str) -> float:
        """Tell one member to end, wait until it has, and start it again; how long its end took."""
        seconds = self.terminate(name)
        self.launch(name)
        if name in self.ports:
            self.wait_until_well(name)
        return seconds

    @override
    def stop(self) -> None:
        for balancer in self.balancers.values():
            balancer.close()
        super().stop()


class Page(Desk):
    """An operator's page that says a command again when no answer came, as an operator does; `repeats` counts that."""

    repeats = 0

    @override
    def command(self, method: str, path: str, body: Any = None, *, grant: str = "") -> tuple[int, Any]:
        until = monotonic() + PATIENCE_S
        while True:
            try:
                return super().command(method, path, body, grant=grant)
            except urllib3.exceptions.HTTPError:
                self.repeats += 1
                if monotonic() > until:
                    raise
                sleep(0.1)


def crew(fleet: Fleet, password: str) -> list[Page]:
    """Everybody at work."""
    pages = [Page(fleet.web_url, login["login"], password) for login in fleet.logins]
    for page in pages:
        page.log_in()
        threading.Thread(target=page.work, daemon=True).start()
    return pages


def well(url: str) -> bool:
    """Whether a server answers."""
    with suppress(urllib3.exceptions.HTTPError):
        return urllib3.request("GET", url, timeout=1, retries=False).status == 200
    return False
