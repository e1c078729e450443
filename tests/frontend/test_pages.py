"""The pages keep to the content security policy, refer only to what exists, and their scripts find every text."""

import json
import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from orders.forms import Circumstances, read
from orders.secrets import Dialog

ROOT = Path(__file__).resolve().parents[2]
STATIC, TEMPLATES = ROOT / "static", ROOT / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
MODULES = sorted((STATIC / "desk").glob("*.js"))
STYLES = sorted((STATIC / "css").glob("*.css"))
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|\.style\b|\beval\b|new Function|document\.write")
LONGEST_MODULE = 300
ASKED = "pickup entrance stop destination when wishes phone phone_withheld passenger note"
CHECKED = (
    "all some state.ready state.wrapup state.busy state.break state.off link.live link.polling link.lost"
    " clearances.none clearances.soon telephone.proved telephone.unproved telephone.missed"
)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def desk(language: str) -> str:
    context = {
        "operator": {"name": "Anna", "workplace": "4", "extension": "114"},
        "clearances": [],
        "soon": 0,
        "soon_days": 14,
    }
    with translation.override(language):
        return render_to_string("desk.html", context, request=RequestFactory().get("/"))


def texts(page: str) -> dict[str, str]:
    listed = page.partition("data-strings")[2].partition("</dl>")[0]
    return dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", listed))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_template_has_no_inline_script_style_or_handler(page: Path) -> None:
    assert INLINE.findall(page.read_text()) == []


@pytest.mark.parametrize("code", MODULES, ids=name)
def test_a_module_writes_no_markup_and_no_inline_style(code: Path) -> None:
    assert MARKUP.findall(code.read_text()) == []


@pytest.mark.parametrize("code", MODULES, ids=name)
def test_a_module_stays_short(code: Path) -> None:
    assert len(code.read_text().splitlines()) < LONGEST_MODULE


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_static_file_that_a_template_names_exists(page: Path) -> None:
    named = re.findall(r"{% static '([^']+)' %}", page.read_text())

    assert [path for path in named if not (STATIC / path).is_file()] == []


@pytest.mark.parametrize("file", [*MODULES, *STYLES], ids=name)
def test_every_import_and_every_url_leads_to_a_file(file: Path) -> None:
    named = re.findall(r'(?:from |import\()"([^"]+)"|import "([^"]+)"|url\("([^"]+)"\)', file.read_text())

    assert [path for found in named for path in found if path and not (file.parent / path).resolve().is_file()] == []


@pytest.mark.parametrize("file", [*PAGES, *MODULES, *STYLES], ids=name)
def test_nothing_is_fetched_from_elsewhere(file: Path) -> None:
    assert re.findall(r"https?://[\w.]+", file.read_text()) == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_text_that_the_scripts_ask_for_is_on_the_page(language: str) -> None:
    known = texts(desk(language))
    code = "\n".join(module.read_text() for module in MODULES)
    asked = set(re.findall(r'\bt\("([^"]+)"', code)) | set(re.findall(r'label: "(key\.[^"]+)"', code))
    families = set(re.findall(r"\bt\([^)`]*`([a-z_]+)\.\$\{", code))

    assert sorted(asked - known.keys()) == []
    assert [family for family in families if not any(key.startswith(f"{family}.") for key in known)] == []
    assert families >= {"ask", "verdict", "state", "progress", "error", "field", "closed"}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_state_of_seat_and_order_has_its_words(language: str) -> None:
    known = texts(desk(language))
    seat = [f"state.{state}{part}" for state in ("off", "ready", "break", "wrapup", "busy") for part in ("", ".note")]
    kinds = ("sending", "slow", "unknown", "accepted", "rejected", "expired", "left", "shut")
    order = [f"{part}.{kind}" for part in ("say", "verdict", "step") for kind in kinds]
    asks = [f"ask.{field}" for field in ASKED.split()]
    progress = [f"progress.{word}" for word in ("new", "assigned", "waiting", "riding", "finished", "cancelled")]
    status = [f"status.{word}{part}" for word in ("new", "assigned", "waiting", "riding") for part in ("", ".say")]
    checks = [f"check.{line}" for line in CHECKED.split()]
    counted = ("when.in", "hints.count", "check.clearances", "money.RUB")
    plurals = [f"{text}.{form}" for text in counted for form in ("one", "few", "many", "other")]

    wanted = [*seat, *order, *asks, *progress, *status, *checks, *plurals]
    assert [key for key in wanted if not known.get(key)] == []


def test_russian_minutes_take_the_form_of_their_number() -> None:
    known = texts(desk("ru"))

    forms = [known[f"when.in.{form}"] for form in ("one", "few", "many")]

    assert forms == ["через {count} минуту", "через {count} минуты", "через {count} минут"]


def test_every_button_has_its_action() -> None:
    wanted = set(re.findall(r'data-do="([a-z]+)"', "\n".join(page.read_text() for page in PAGES)))
    actions = (STATIC / "desk/actions.js").read_text().rpartition("  return {")[2]

    assert wanted - set(re.findall(r"^    ([a-z]+)[:,]", actions, re.MULTILINE)) == set()


def test_the_desk_holds_the_form_only_as_a_template_until_a_call_is_answered() -> None:
    page = desk("en")
    outside = re.sub(r"<template.*?</template>", "", page, flags=re.DOTALL)

    assert 'id="pickup"' in page
    assert 'id="pickup"' not in outside


SAMPLES = json.loads((Path(__file__).parent / "times.json").read_text())


@pytest.mark.parametrize(("typed", "expected"), SAMPLES["times"].items())
def test_the_server_reads_the_time_as_the_page_shows_it(typed: str, expected: str) -> None:
    zone = ZoneInfo(SAMPLES["zone"])
    now = datetime.fromisoformat(SAMPLES["wall"]).replace(tzinfo=zone).astimezone(ZoneInfo("UTC"))

    given = Circumstances(caller="+79001234567", country="RU", zone=SAMPLES["zone"])
    reading = read(Dialog(pickup="x", when=typed), given, now=now)

    if expected == "wrong":
        assert "when" in reading.errors
    else:
        assert reading.details is not None
        at = reading.details.pickup_at
        assert (datetime.fromisoformat(at).astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else "now") == expected


def test_both_languages_of_the_settings_have_their_texts() -> None:
    assert [code for code, _label in settings.LANGUAGES] == ["ru", "en"]
    assert texts(desk("en")).keys() == texts(desk("ru")).keys()
    assert texts(desk("en"))["key.place"] == "Place the order"
    assert texts(desk("ru"))["key.place"] == "Оформить"
