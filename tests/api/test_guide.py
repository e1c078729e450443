"""The guide for the service's developer: each of its commands is run as it stands there, and does what it says."""

import json
import os
import re
import shutil
import subprocess
from typing import Any

import pytest
from django.test.client import Client
from pytest_django.live_server_helper import LiveServer

from callcenter.api.documents import FOLDER
from tests.factories import Rival, make_rivals

GUIDE = (FOLDER / "README.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) for line in block.strip().splitlines()]
pytestmark = [
    pytest.mark.django_db(databases="__all__", transaction=True),
    pytest.mark.skipif(not shutil.which("curl"), reason="The guide's commands need curl: install it to have them run."),
]


@pytest.fixture
def rivals() -> list[Rival]:
    return make_rivals(2)


def said(command: str, rival: Rival, centre: str) -> Any:
    """Run one line of the guide with the values that its reader would have, and read the answer."""
    mine = Client(headers={"authorization": f"Bearer {rival.key}"})
    order = mine.get(f"/api/v1/orders/{rival.accepted.pk}").json()
    known = {
        "KEY": rival.key,
        "CENTRE": centre,
        "NUMBER": order["number"],
        "DELIVERY": order["delivery"],
        "INVOICE": mine.get("/api/v1/invoices").json()["items"][0]["id"],
        "CURSOR": mine.get("/api/v1/orders?limit=1").json()["next"],
    }
    done = subprocess.run(
        ["sh", "-c", command], env={**os.environ, **known}, capture_output=True, text=True, timeout=20, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_answers_what_is_the_service_s(command: str, rivals: list[Rival], live_server: LiveServer) -> None:
    answer = said(command, rivals[0], live_server.url)

    if "limit=0" in command:
        assert set(answer["error"]["fields"]) == {"limit"}
    else:
        assert "error" not in answer
        assert answer.get("items", True), "the command found nothing"
    assert rivals[1].mark not in json.dumps(answer)


def test_the_guide_names_every_address_and_refusal() -> None:
    text = (FOLDER / "web.yaml").read_text(encoding="utf-8")

    assert len(COMMANDS) >= 7
    for path in re.findall(r"^  (/api/v1/\S+):$", text, re.MULTILINE):
        assert f"`{path}`" in GUIDE
    for code in ("invalid", "key", "scope", "unknown", "too_often"):
        assert f"`{code}`" in GUIDE
