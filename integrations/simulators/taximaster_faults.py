"""What can be made to go wrong at a simulated Taxi-Master server while it runs."""

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

# Before anything is done.
DOWN = "down"  # the connection ends
FLAPPING = "flapping"  # every second one does
SLOW_HANDSHAKE = "slow_handshake"  # TLS waits
STALL = "stall"  # nothing is answered for a while, nothing is done
GARBAGE = "garbage"  # 502 with a page for people
ERROR = "error_500"
BUSY = "busy_429"  # with Retry-After
REDIRECT = "redirect"
ASK = "ask"  # the service's own rules ask (code 113) and may be answered
FORBID = "forbid"  # they refuse
# After it was done.
COMMIT_THEN_DROP = "commit_then_drop"
COMMIT_THEN_STALL = "commit_then_stall"
COMMIT_THEN_502 = "commit_then_502"
TRUNCATED = "truncated"  # half of the answer, then the end
CODE_10 = "code_10"  # "internal error", and yet it was done
NO_NUMBER = "no_number"  # code 0 without the order's number
SAME_NUMBER = "same_number"  # the number of the order before
HUGE = "huge"  # ten megabytes around it
SLOW_DRIP = "slow_drip"  # byte by byte
AFTER = (
    COMMIT_THEN_DROP, COMMIT_THEN_STALL, COMMIT_THEN_502, TRUNCATED, CODE_10, NO_NUMBER, SAME_NUMBER, HUGE, SLOW_DRIP,
)  # fmt: skip
NAMES = (DOWN, FLAPPING, SLOW_HANDSHAKE, STALL, GARBAGE, ERROR, BUSY, REDIRECT, ASK, FORBID, *AFTER)
STALL_S = 30.0
LONGEST_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault. `count` is how many more times it strikes, None: until it is taken away; `request` is the only one
    that it strikes, None: all; `seconds` is for a stall.
    """

    fault: str | None = None
    count: int | None = None
    request: str | None = None
    seconds: float = STALL_S


def read_fault(values: Any) -> Fault:
    """Make a fault of what was sent; ValueError with the name, the value and the rule."""
    if not isinstance(values, Mapping):
        raise ValueError('a JSON object is expected, such as {"fault": "down", "count": 1}')
    name, count, seconds = values.get("fault"), values.get("count"), values.get("seconds")
    if name is not None and name not in NAMES:
        raise ValueError(f"fault is {name!r}: use one of {', '.join(NAMES)}, or null")
    if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 1):
        raise ValueError(f"count is {count!r}: use a whole number above 0, or null for without end")
    request = values.get("request")
    if request is not None and not isinstance(request, str):
        raise ValueError(f"request is {request!r}: use the name of a request, or null for all")
    seconds = STALL_S if seconds is None else seconds
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST_S:
        raise ValueError(f"seconds is {seconds!r}: use a number from 0 to {LONGEST_S:g}")
    return Fault(fault=name, count=count, request=request, seconds=float(seconds))


class Faults:
    """The fault of the moment; safe to share between threads."""

    def __init__(self, first: Fault) -> None:
        self._fault = first
        self._turn = False
        self._lock = threading.Lock()

    def put(self, fault: Fault) -> None:
        """Let `fault` hold from now on."""
        with self._lock:
            self._fault = fault

    def shown(self) -> dict[str, Any]:
        """The fault of the moment."""
        return asdict(self._fault)

    def strike_after(self, request: str) -> Fault | None:
        """Return the fault of the moment if it strikes when this request has been carried out, and count it."""
        return next((fault for name in AFTER if (fault := self.strike(name, request))), None)

    def flap(self) -> bool:
        """Tell whether this connection is one of every second that end."""
        with self._lock:
            self._turn = self._fault.fault == FLAPPING and not self._turn
            return self._turn

    def strike(self, name: str, request: str | None = None) -> Fault | None:
        """Return the fault if it is `name` and meant for this request, and count it."""
        with self._lock:
            fault = self._fault
            if fault.fault != name or (fault.request is not None and fault.request != request):
                return None
            if fault.count is not None:
                left = fault.count - 1
                self._fault = replace(fault, count=left) if left else Fault()
            return fault
