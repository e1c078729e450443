"""The guide to running it, held against the code: names of figures, alarms, commands and containers."""

import re
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from callcenter.monitoring import metrics

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
RULES = yaml.safe_load((ROOT / "docs" / "alarms.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
SUFFIXES = ("_total", "_bucket", "_sum", "_count")


def figures() -> set[str]:
    """Every name that a process can show."""
    own = {family.name for family in metrics.registry.collect()}
    source = (ROOT / "integrations" / "delivery" / "gauges.py").read_text(encoding="utf-8")
    return own | set(re.findall(r'"(callcenter_\w+)"', source))


def base(name: str) -> str:
    return next((name.removesuffix(suffix) for suffix in SUFFIXES if name.endswith(suffix)), name)


def test_every_alarm_watches_figures_that_exist() -> None:
    watched = {base(name) for rule in RULES for name in re.findall(r"callcenter_\w+", rule["expr"])}

    assert watched <= figures()
    assert len(watched) >= 8


def test_every_alarm_is_explained_and_no_other() -> None:
    table = GUIDE.partition("## Alarms")[2].partition("## Know")[0]
    explained = set(re.findall(r"^\| (\w+) \|", table, re.MULTILINE)) - {"alarm"}

    assert explained == {rule["alert"] for rule in RULES}


def test_every_figure_of_the_guide_exists() -> None:
    assert {base(name) for name in re.findall(r"callcenter_\w+", GUIDE)} - {"callcenter_keys"} <= figures()


@pytest.mark.parametrize("command", sorted(set(re.findall(r"manage\.py (\w+)", GUIDE))))
def test_every_command_of_the_guide_exists(command: str) -> None:
    assert command in get_commands()


def test_every_container_is_in_the_guide() -> None:
    table = GUIDE.partition("## Install")[0]

    assert {name for name in SERVICES if f"`{name}`" not in table} == {"migrate"}
