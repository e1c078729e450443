"""A new field of the dialog is one line: tried in a copy of the project."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
APPS = ("callcenter", "orders", "billing", "integrations")
ANCHOR = "    known: tuple[Known, ...] = ()\n\n\nLONGEST"
LINE = '    flight: str = said("Рейс", longest=10)\n'
SCRIPT = """
import json, django
django.setup()
from datetime import UTC, datetime
from types import SimpleNamespace
from integrations.delivery.desk import draft_of
from integrations.dispatch.taximaster.adapter import write_comment
from orders.api.serializers import DialogInput
from orders.forms import Circumstances, read
from callcenter.secrets.codec import dump, load
from orders.secrets import Dialog

given = Circumstances(caller="+79001234567", country="RU", zone="Europe/Moscow")

def reading(flight):
    filled = DialogInput(data={"pickup": "Мира 1", "flight": flight})
    filled.is_valid(raise_exception=True)
    return read(load(Dialog, dump(filled.dialog())), given, now=datetime.now(UTC))

details = reading(" SU 1234 ").details
opened = SimpleNamespace(marker="01ABCDEFGHJKMNPQRSTVWXYZ01", placed_at=datetime.now(UTC))
comment = write_comment(draft_of(opened, details))
print(json.dumps({"comment": comment, "wrong": list(reading("x" * 11).errors)}))
"""


def test_one_line_takes_a_new_field_from_the_page_to_the_driver(tmp_path: Path) -> None:
    for app in APPS:
        shutil.copytree(ROOT / app, tmp_path / app, ignore=shutil.ignore_patterns("__pycache__"))
    secrets = tmp_path / "orders" / "secrets.py"
    code = secrets.read_text(encoding="utf-8")
    assert code.count(ANCHOR) == 1
    secrets.write_text(code.replace(ANCHOR, LINE + ANCHOR), encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "callcenter.settings"},
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == {"comment": "Рейс: SU 1234 #RSTVWXYZ01", "wrong": ["flight"]}
