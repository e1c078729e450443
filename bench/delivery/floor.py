"""The floor: the same bodies posted to the same receiver with no database and no promise, by one keep-alive loop."""

from __future__ import annotations

from http.client import HTTPConnection
from time import monotonic, process_time

from bench.delivery.contenders import BODY
from bench.delivery.receiver import SERVICES, host_of
from bench.delivery.stand import Stand


def floor(stand: Stand, count: int) -> dict[str, float]:
    """Requests per second and processor time of each, one after another over kept connections."""
    stand.ask("/reset")
    links = [HTTPConnection(host_of(position + 1), stand.port) for position in range(SERVICES)]
    bodies = [(BODY % (position, f"{position:010}")).encode() for position in range(count)]
    used, begun = process_time(), monotonic()
    for position, body in enumerate(bodies):
        link = links[position % SERVICES]
        link.request("POST", "/common_api/1.0/create_order2", body, {"Content-Type": "application/json"})
        link.getresponse().read()
    spent, used = monotonic() - begun, process_time() - used
    for link in links:
        link.close()
    return {"per_s": count / spent, "cpu_ms": used * 1000 / count}
