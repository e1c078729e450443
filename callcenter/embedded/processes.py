"""The programs of the demo beside the servers, as data. Words in braces are replaced by values of the run."""

from __future__ import annotations

from dataclasses import dataclass

TOWNS = {"komet": "svetloyarsk", "luna": "kamnegorsk"}
SLUGS = tuple(TOWNS)
EXCHANGE = "demo-pbx"
LINES = "+74951230001,+74951230002,+74951230011,+74951230012"
# The addresses that each role's processes may know.
URLS_OF = {
    "web": ("WEB", "AUTH", "KEYS"),
    "switch": ("SWITCH", "KEYS"),
    "worker": ("WORKER", "KEYS"),
    "billing": ("BILLING",),
    "migrate": ("MIGRATE", "KEYS_MIGRATE"),
}
_UVICORN = "-m uvicorn --host 127.0.0.1 --log-level warning"
_CELERY = "-m celery -A callcenter.celery"
_WORKER = f"{_CELERY} worker --without-gossip --without-mingle --loglevel WARNING"


@dataclass(frozen=True, slots=True)
class Process:
    """One program: what Python runs, as which role ("none" knows no database). It is ready when `healthz` (a port)
    answers or when `file` is there; with neither, at once.
    """

    name: str
    role: str
    arguments: str
    healthz: str = ""
    file: str = ""


DISPATCH = tuple(
    Process(
        f"dispatch-{slug}",
        "none",
        f"-m integrations.simulators.taximaster --port {{port_{slug}}} --secret {{dispatch_{slug}}}"
        f" --cert-dir {{folder}}/{slug} --journal {{folder}}/{slug}/journal.jsonl --town {town} --history",
        file=f"{{folder}}/{slug}/fingerprint",
    )
    for slug, town in TOWNS.items()
)
PRODUCT = (
    Process("web", "web", f"{_UVICORN} --port {{port_web}} callcenter.asgi:application", healthz="{port_web}"),
    Process(
        "switch",
        "switch",
        f"{_UVICORN} --port {{port_switch}} callcenter.switch_asgi:application",
        healthz="{port_switch}",
    ),
    Process("worker-delivery", "worker", f"{_WORKER} -Q delivery -P threads -c 2"),
    Process("worker", "worker", f"{_WORKER} -Q default -c 1 -n worker@%h"),
    Process("worker-billing", "billing", f"{_WORKER} -Q billing -c 1 -n billing@%h"),
    Process("beat", "billing", f"{_CELERY} beat --loglevel WARNING --schedule {{folder}}/beat"),
)
CALLERS = (
    Process(
        "exchange",
        "none",
        f"-m integrations.simulators.pbx --switch http://127.0.0.1:{{port_switch}} --instance {EXCHANGE}"
        f" --secret {{exchange}} --lines {LINES} --only-when-ready --rate 20 --ring-s 3 --talk-s 120 --concurrent 2"
        " --abandon-share 0 --miss-share 0",
    ),
)
