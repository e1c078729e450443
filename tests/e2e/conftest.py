"""One running product for the tests of this folder, and its robots."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.simulators.operator import Desk
from tests.e2e.stack import PASSWORD, Stack


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything started once for this folder, and ended with it."""
    running = Stack(Path(tmp_path_factory.mktemp("e2e")), operators=4)
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture
def desks(stack: Stack) -> Iterator[list[Desk]]:
    """Two operators on line, following their streams."""
    robots = [Desk(stack.web_url, login["login"], PASSWORD) for login in stack.logins[:2]]
    threads = [threading.Thread(target=robot.work, daemon=True) for robot in robots]
    for robot, thread in zip(robots, threads, strict=True):
        robot.log_in()
        thread.start()
    yield robots
    for robot in robots:
        robot.stop.set()
        robot.command("POST", "/seat/state", {"state": "off"})
    for thread in threads:
        thread.join(15)
