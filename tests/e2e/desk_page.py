"""An operator's page in Chromium, driven by keys: what the hands do, and what the eyes may see."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route

from tests.browser import listen
from tests.e2e.stack import PASSWORD, Stack

_VIOLATIONS = """
window.violations = [];
document.addEventListener('securitypolicyviolation', event => violations.push(event.violatedDirective));
"""
_LOG_OUT = """async () => {
  const { csrf } = await (await fetch('/login/', {headers: {Accept: 'application/json'}})).json();
  await fetch('/logout/', {method: 'POST', headers: {'X-CSRFToken': csrf}, redirect: 'manual'});
}"""
_PLACES = {
    "document": "document.documentElement.outerHTML",
    "fields": "[...document.querySelectorAll('input, textarea')].map(field => field.value).join()",
    "stores": "JSON.stringify([{...localStorage}, {...sessionStorage}, history.state, location.href, document.title])",
}


def answering(answer: Any) -> Callable[[Route], None]:
    """A look-up that is answered at once."""
    return lambda route: route.fulfill(json=answer)


@dataclass
class DeskPage:
    """One operator. `heard` is what the browser complained about."""

    page: Page
    stack: Stack
    login: str
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(_VIOLATIONS)
        self.heard = listen(self.page, self.stack.web_url)

    def log_in(self) -> None:
        """By keys alone: the first field has the focus."""
        self.page.goto(f"{self.stack.web_url}/login/")
        self.wait("#login:focus")
        self.type_login(self.login, PASSWORD)
        self.wait("body[data-screen=idle]")

    def type_login(self, login: str, password: str) -> None:
        """Login, password, Enter."""
        self.keys.type(login)
        self.keys.press("Tab")
        self.keys.type(password)
        self.keys.press("Enter")

    def take_a_call(self, options: str = "", *, name: str) -> None:
        """Go on line and let one call ring and be answered."""
        self.keys.press("1")
        self.wait(".ready.is-ready")
        calls = "--calls 1 --ring-s 0.4 --talk-s 60 --abandon-share 0 --miss-share 0 "
        self.stack.ring(calls + options, name=name)
        self.wait("body[data-screen=dialog], body[data-screen=status]")

    def place(self) -> str:
        """Press F9 and wait for the acceptance; returns the order's number as shown."""
        self.keys.press("F9")
        self.wait("[data-strip].ok")
        return self.text("[data-number]")

    def end_shift(self) -> None:
        """Give the seat back, in whatever state the page was left."""
        self.page.unroute_all(behavior="ignoreErrors")
        self.page.goto(f"{self.stack.web_url}/healthz")
        self.page.evaluate(_LOG_OUT)

    @property
    def keys(self) -> Any:
        """The keyboard."""
        return self.page.keyboard

    def wait(self, selector: str, *, timeout_s: float = 20) -> None:
        """Wait until this can be seen."""
        self.page.wait_for_selector(selector, timeout=timeout_s * 1000)

    def text(self, selector: str) -> str:
        """The text of one element, with plain spaces."""
        return (self.page.text_content(selector) or "").replace("\u00a0", " ").strip()

    def value(self, name: str) -> str:
        """What stands in one field of the order."""
        return self.page.input_value(f"#{name}")

    def focused(self) -> str:
        """The id of the field that has the focus."""
        return str(self.page.evaluate("document.activeElement.id"))

    def shown_keys(self) -> list[str]:
        """The keys of the bottom bar."""
        return [cap for item in self.page.locator("[data-keys] kbd").all() if (cap := item.text_content())]

    def where(self, said: str) -> list[str]:
        """Every place of the page in which this can still be found."""
        return [place for place, script in _PLACES.items() if said in str(self.page.evaluate(script))]

    def complaints(self) -> list[str]:
        """What the browser complained about, violations of the policy included."""
        return [*self.heard, *self.page.evaluate("window.violations")]

    def barriers(self) -> list[str]:
        """What axe finds on the present screen."""
        found = Axe().run(self.page, options={"resultTypes": ["violations"]})
        screen = self.page.evaluate("document.body.dataset.screen")
        return [
            f"{screen}: {item['id']}: {json.dumps([node['html'][:120] for node in item['nodes']])}"
            for item in found.response["violations"]
        ]

    def overflow(self) -> list[int]:
        """By how many pixels the page is larger than the window."""
        script = (
            "[document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]"
        )
        return [int(pixels) for pixels in self.page.evaluate(script)]
