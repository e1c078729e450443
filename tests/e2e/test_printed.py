"""The documents of a closed month: asked for with a click, made by the worker of billing, fetched once."""

from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page

from tests.browser import listen
from tests.e2e.stack import PASSWORD, Stack

BILLING = [
    "-A",
    "callcenter.celery",
    "worker",
    "-Q",
    "billing",
    "-c",
    "1",
    "--without-gossip",
    "--without-mingle",
    "-n",
    "billing@%h",
]


def test_a_worker_makes_what_was_asked_for_and_its_link_works_once(stack: Stack, page: Page, tmp_path: Path) -> None:
    stack.manage("close_month", "--all", "--month", datetime.now(UTC).strftime("%Y-%m"), "--now", role="billing")
    stack.start_python("worker-billing", "-m", "celery", *BILLING, role="billing")
    heard = listen(page, stack.web_url)
    page.goto(f"{stack.web_url}/login/?next=/centre/billing/invoice/")
    page.fill("#login", next(other["login"] for other in stack.others if other["job"] == "accountant"))
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#result_list tbody a[href*=documents]").first.click()
    made = {"pdf": b"%PDF-", "xlsx": b"PK", "csv": "\ufeff".encode()}

    for ending, beginning in made.items():
        page.locator(f"button[name=format][value={ending}]").click()
        row = page.locator("tr", has_text=ending.upper()).first
        with page.expect_download() as fetched:
            row.locator("button.primary").click(timeout=30_000)
        fetched.value.save_as(tmp_path / ending)
        assert fetched.value.suggested_filename.endswith(f".{ending}")
        assert (tmp_path / ending).read_bytes().startswith(beginning)

    assert page.request.get(fetched.value.url).status == 410
    assert stack.sql("SELECT state, progress FROM billing_export") == [("done", 100)] * len(made)
    assert heard == []
    stack.terminate("worker-billing")
