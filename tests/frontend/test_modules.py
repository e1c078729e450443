"""The scripts' pure parts have their own tests, run by node where a developer has it; the product needs none of it."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="node is not installed: the browser's scripts are not parsed")
def test_every_script_is_javascript_that_a_browser_can_read() -> None:
    wrong = {}
    for module in sorted((ROOT / "static/desk").glob("*.js")):
        parsed = subprocess.run([str(NODE), "--check", module], capture_output=True, text=True, timeout=30, check=False)
        if parsed.returncode:
            wrong[module.name] = parsed.stderr[-300:]

    assert wrong == {}


@pytest.mark.skipif(NODE is None, reason="node is not installed: the tests of the browser's scripts are left out")
def test_the_scripts_pass_their_own_tests() -> None:
    files = sorted(str(path) for path in (ROOT / "tests/frontend").glob("*.test.js"))

    run = subprocess.run(
        [str(NODE), "--test", *files], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
