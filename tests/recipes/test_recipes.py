"""CONTRIBUTING.md, carried out word for word in a copy of the project; what each recipe touches is counted."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
STEP = re.compile(r"<!-- (?P<how>[^>]+?): (?P<path>\S+) -->\n```\w+\n(?P<block>.*?)```\n", re.DOTALL)
FOLDERS = ("billing", "callcenter", "integrations", "orders", "manage.py")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The product's own files."""
    for name in FOLDERS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path)
    return tmp_path


def section(title: str) -> str:
    """One recipe."""
    return GUIDE.partition(f"## {title}")[2].partition("\n## ")[0]


def carry_out(recipe: str, copy: Path) -> list[str]:
    """Do what the recipe says; the files that it touches."""
    touched = []
    for step in STEP.finditer(recipe):
        target, block = copy / step["path"], step["block"]
        if step["how"] == "new file":
            assert not target.exists()
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block, encoding="utf-8")
        elif step["how"] == "append to":
            target.write_text(target.read_text(encoding="utf-8") + block, encoding="utf-8")
        else:
            line = step["how"].partition("`")[2].rpartition("`")[0] + "\n"
            text = target.read_text(encoding="utf-8")
            assert text.count(line) == 1, line
            target.write_text(text.replace(line, line + block), encoding="utf-8")
        touched.append(step["path"])
    return touched


def run(copy: Path, program: str, **more: str) -> str:
    """Run a little program in the copy, with settings that open nothing."""
    nowhere = "postgres://nobody@127.0.0.1:1/none"
    environment: Mapping[str, str] = {
        "PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "callcenter.settings", "CALLCENTER_ROLE": "migrate",
        "REDIS_URL": "redis://127.0.0.1:1/0", "SECRET_KEY": "x" * 60, "KEY_ENCRYPTION_KEYS": "A" * 43 + "=",
        "DATABASE_URL_MIGRATE": nowhere, "DATABASE_URL_KEYS_MIGRATE": nowhere, "PYTHONDONTWRITEBYTECODE": "1", **more,
    }  # fmt: skip
    program = f"import django; django.setup()\n{program}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-1500:]
    return done.stdout.strip()


DISPATCH = """
from datetime import UTC, datetime
from callcenter.contracts import HttpResponse, OrderDraft, Stop
from integrations.dispatch.registry import adapter, kinds
from integrations.models import dispatch_kinds
new = adapter("postbox")
draft = OrderDraft(marker="M1", phone="+79001234567", route=[Stop(address="x")], placed_at=datetime.now(UTC))
talk = new.place(draft, new.read_settings({}, "key"), check_duplicate=False)
request = next(talk)
try:
    talk.send(HttpResponse(status=201, headers={}, body=b""))
except StopIteration as end:
    offered = any("postbox" in kind for kind in dispatch_kinds())
    print(sorted(kinds()), request.method, request.path, end.value.number, offered)
"""


def test_a_dispatch_program_is_one_new_folder(copy: Path) -> None:
    touched = carry_out(section("A dispatch program"), copy)

    assert {str(Path(path).parent) for path in touched} == {"integrations/dispatch/postbox"}
    assert run(copy, DISPATCH) == "['hivetaxi', 'postbox', 'taxicaller', 'taximaster', 'webhook'] POST /orders M1 True"


TELEPHONY = """
from datetime import UTC, datetime
from hashlib import md5
from integrations.telephony.registry import adapter, kinds
new = adapter("bellboy")
body = b"what=talk&call=7&at=1700000000&from=%2B79001234567"
receipt = new.check({"X-Bell": md5(b"key" + body).hexdigest()}, body, ["old", "key"], datetime.now(UTC))
event = new.events(new.read(body), instance="front")[0]
print(sorted(kinds()), bool(receipt.webhook_id), event.type.value, event.call_id, event.ani)
"""


def test_a_telephone_exchange_is_one_new_folder(copy: Path) -> None:
    touched = carry_out(section("A telephone exchange"), copy)

    assert {str(Path(path).parent) for path in touched} == {"integrations/telephony/bellboy"}
    assert run(copy, TELEPHONY) == "['bellboy', 'webhook'] True call.answered 7 +79001234567"


TARIFF = """
from decimal import Decimal
from billing.tariffs.catalogue import rate, read_catalogue
from billing.tariffs.registry import kinds
tariffs, _offers = read_catalogue('[D]\\noffer = "d"\\nkind = "doorstep"\\ndoor = "100.00"\\nunit = "5.00"\\n')
print(rate("FLAT-SIX", 100).total, tariffs["D"].rate_orders(10).total, "doorstep" in kinds())
"""


def test_a_tariff_is_one_entry_and_a_kind_one_file(copy: Path) -> None:
    touched = carry_out(section("A tariff"), copy)

    assert touched == ["billing/tariffs/catalogue.toml", "billing/tariffs/doorstep.py"]
    assert run(copy, TARIFF) == "600.00 150.00 True"


FIELD = """
from datetime import UTC, datetime
from integrations.delivery.desk import draft_of
from integrations.dispatch.taximaster.adapter import write_comment
from orders.actions.deliver import Opened
from orders.api.serializers import DialogInput
from orders.forms import Circumstances, read
import inspect
typed = DialogInput(data={"pickup": "x", "flight": "SU 10"})
assert typed.is_valid(), typed.errors
given = Circumstances(caller="+79001234567", country="RU", zone="Europe/Moscow")
reading = read(typed.dialog(), given, now=datetime.now(UTC))
long = read(DialogInput.dialog.__globals__["Dialog"](pickup="x", flight="y" * 11), given, now=datetime.now(UTC))
fields = {name: None for name in inspect.signature(Opened).parameters}
fields |= {"marker": "M" * 26, "placed_at": datetime.now(UTC)}
print(list(long.errors), write_comment(draft_of(Opened(**fields), reading.details)).split(" #")[0])
"""


def test_a_field_of_the_dialog_is_one_line_that_reaches_the_service(copy: Path) -> None:
    recipe = section("A field of the dialog")
    touched = carry_out(recipe, copy)

    assert touched == ["orders/secrets.py"]
    assert [step["block"].count("\n") for step in STEP.finditer(recipe)] == [1]
    assert run(copy, FIELD) == "['flight'] Flight: SU 10"


def test_a_step_that_the_code_has_outgrown_is_found_out(copy: Path) -> None:
    outgrown = section("A field of the dialog").replace("typed(250)", "typed(999)")

    with pytest.raises(AssertionError, match="typed"):
        carry_out(outgrown, copy)
