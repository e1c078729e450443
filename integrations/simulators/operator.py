"""A simulated operator: logs in, watches the event stream, answers, types, presses F9, and then tries to read what it
must not.

Speaks HTTP like a browser page does; knows nothing of the application's code. Used by the demo check, the tests and
the bench.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

import urllib3

FIELDS = ("pickup", "destination", "when", "phone", "note")
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_META = re.compile(r'<meta name="csrf" content="([^"]+)"')


@dataclass(slots=True)
class Seen:
    """What one call looked like from this desk; times are Unix seconds on this machine's clock."""

    call: str
    ringing_at: float = 0.0
    answered_at: float = 0.0
    placed_at: float = 0.0
    placed_ms: float = 0.0
    accepted_at: float = 0.0
    number: str = ""
    states: list[str] = field(default_factory=list)
    reads_before: int = 0
    reads_after: int = 0
    denied_after: int = 0


class Desk:
    """One operator's page. `work` runs until `stop` is set; `seen` holds what happened, by call."""

    def __init__(self, base_url: str, login: str, password: str, *, workplace: str = "", place: bool = True) -> None:
        self.base_url = base_url.rstrip("/")
        self.login, self.password, self.workplace = login, password, workplace
        self.place = place
        self.http = urllib3.PoolManager(maxsize=4, retries=False, timeout=urllib3.Timeout(connect=5, read=30))
        self.cookies: dict[str, str] = {}
        self.csrf = ""
        self.seen: dict[str, Seen] = {}
        self.errors: list[str] = []
        self.stop = threading.Event()
        self.sequence = 0

    def log_in(self) -> None:
        """Log in by the form, open the page, go on line."""
        page = self._send("GET", "/login/")
        token = self._match(_CSRF, page, "the login form")
        form = {
            "csrfmiddlewaretoken": token,
            "login": self.login,
            "password": self.password,
            "workplace": self.workplace,
        }
        answer = self._send("POST", "/login/", fields=form)
        if answer.status != 303:
            raise RuntimeError(f"login of {self.login} answered {answer.status}")
        self.csrf = self._match(_META, self._send("GET", "/"), "the desk")
        self.command("POST", "/seat/state", {"state": "ready"})

    def work(self) -> None:
        """Follow the stream and serve calls until told to stop; a broken stream is opened again."""
        while not self.stop.is_set():
            try:
                for name, data, received in self._stream():
                    if name == "state":
                        self._react(data, received)
                    if name in ("restart", "end") or self.stop.is_set():
                        break
            except (urllib3.exceptions.HTTPError, OSError) as error:
                self.errors.append(f"stream: {type(error).__name__}")
                time.sleep(0.2)

    def command(self, method: str, path: str, body: Any = None, *, grant: str = "") -> tuple[int, Any]:
        """Send one command as the page does; returns status and decoded body."""
        headers = {"X-CSRFToken": self.csrf, "Content-Type": "application/json", "Origin": self.base_url}
        if grant:
            headers["X-Grant"] = grant
        answer = self._send(method, path, body=json.dumps(body or {}).encode(), headers=headers)
        return answer.status, json.loads(answer.data) if answer.data.startswith((b"{", b"[")) else None

    def _react(self, state: Any, received: float) -> None:
        if state.get("seat", {}).get("state") == "wrapup":
            threading.Thread(target=self.command, args=("POST", "/seat/next"), daemon=True).start()
        call = state.get("call")
        if not call:
            return
        seen = self.seen.setdefault(call["id"], Seen(call["id"]))
        if call["phase"] == "ringing" and not seen.ringing_at:
            seen.ringing_at = received
        if call["phase"] == "answered" and not seen.answered_at:
            seen.answered_at = received
            threading.Thread(target=self._serve, args=(seen,), daemon=True).start()
        order = call.get("order")
        if order and (not seen.states or seen.states[-1] != order["state"]):
            seen.states.append(order["state"])
            if order["state"] == "accepted":
                seen.accepted_at, seen.number = received, order["number"]

    def _serve(self, seen: Seen) -> None:
        """One call: take the data, look, type, place, and after acceptance try to look again."""
        status, opened = self.command("POST", f"/calls/{seen.call}/redeem")
        if status != 200:
            self.errors.append(f"redeem answered {status}")
            return
        grant = opened["grant"]
        seen.reads_before += self._reads(seen.call, grant)
        self.sequence += 1
        said = {"pickup": f"ул. Ленина, {self.sequence}", "destination": "Вокзал", "note": "код 12"}
        typed = dict.fromkeys(FIELDS, "") | said
        self.command("PUT", f"/calls/{seen.call}/draft", typed, grant=grant)
        if self.place:
            self._place(seen, grant, {"idempotency_key": opened["dialog"]["idempotency_key"], **typed})
        else:
            self.command("POST", f"/calls/{seen.call}/leave", {"reason": 1}, grant=grant)

    def _place(self, seen: Seen, grant: str, order: dict[str, str]) -> None:
        seen.placed_at = time.time()
        twice = [self.command("POST", f"/calls/{seen.call}/place", order, grant=grant) for _press in range(2)]
        seen.placed_ms = (time.time() - seen.placed_at) * 500
        if twice[0][0] != 201:
            self.errors.append(f"place answered {twice[0]}")
            return
        deadline = time.time() + 60
        while not seen.accepted_at and time.time() < deadline and not self.stop.is_set():
            time.sleep(0.02)
        if seen.accepted_at:
            after = self._reads(seen.call, grant)
            seen.reads_after, seen.denied_after = after, 3 - after

    def _reads(self, call: str, grant: str) -> int:
        """Try every address that shows data of the call; returns how many did."""
        answers = [
            self.command("POST", f"/calls/{call}/reveal", grant=grant),
            self.command("GET", f"/ask/current/{call}", grant=grant),
            self.command("POST", f"/calls/{call}/redeem") if self.seen[call].accepted_at else (0, None),
        ]
        return sum(1 for status, _body in answers if status == 200)

    def _stream(self) -> Iterator[tuple[str, Any, float]]:
        response = self.http.request(
            "GET", f"{self.base_url}/live/", headers=self._headers(), preload_content=False, timeout=30
        )
        if response.status != 200:
            raise OSError(f"the stream answered {response.status}")
        name = ""
        for raw in response:
            line = raw.decode().rstrip("\n")
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                yield name, json.loads(line[6:]), time.time()
        response.release_conn()

    def capability(self) -> dict[str, str]:
        """What a page of this desk sends with every request."""
        return self._headers()

    def _headers(self, more: dict[str, str] | None = None) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": cookies, "Referer": self.base_url + "/", **(more or {})}

    def _send(
        self, method: str, path: str, *, fields: Any = None, body: bytes | None = None, headers: Any = None
    ) -> Any:
        url, sent = self.base_url + path, self._headers(headers)
        if fields:
            response = self.http.request(
                method, url, fields=fields, headers=sent, encode_multipart=False, redirect=False
            )
        else:
            response = self.http.request(method, url, body=body, headers=sent, redirect=False)
        for value in response.headers.getlist("Set-Cookie"):
            for cookie in SimpleCookie(value).values():
                self.cookies[cookie.key] = cookie.value
        return response

    @staticmethod
    def _match(pattern: re.Pattern[str], response: Any, where: str) -> str:
        found = pattern.search(response.data.decode())
        if not found:
            raise RuntimeError(f"no CSRF token in {where} (status {response.status})")
        return found[1]
