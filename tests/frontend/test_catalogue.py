"""The Russian catalogue is whole: every text of code and templates is in it, translated, with the same placeholders."""

import ast
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("callcenter", "orders", "billing", "integrations", "templates")
METHODS = [("**.py", "python"), ("**.html", "callcenter.template_texts:extract")]
LAZY = {"gettext_lazy": None, "gettext_noop": None, "ngettext_lazy": (1, 2), "pgettext_lazy": ((1, "c"), 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
# Refusals that would tell of a block on the caller or of the service's own rules: recorded, never shown at the desk.
UNSPOKEN = {
    "The service does not take orders from this number.",
    "The service does not take orders from this employee.",
    "The service's own rules refuse this order.",
}


def catalogue() -> Catalog:
    with (ROOT / "locale/ru/LC_MESSAGES/django.po").open("rb") as file:
        return read_po(file, locale="ru")


def entries() -> list[Message]:
    return [message for message in catalogue() if message.id]


def forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def used() -> Iterator[tuple[str, str]]:
    """Every text that code or templates hand to gettext, with the place where it stands."""
    for source in SOURCES:
        found = extract_from_dir(ROOT / source, METHODS, keywords={**DEFAULT_KEYWORDS, **LAZY})
        for name, line, text, _comments, _context in found:
            yield forms(text)[0], f"{source}/{name}:{line}"


def spoken(path: str, *markers: str) -> Iterator[str]:
    """The texts that a Python file marks for translation."""
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in markers:
            yield str(ast.literal_eval(node.args[0]))


def test_every_text_has_a_russian_translation() -> None:
    assert [message.id for message in entries() if not all(forms(message.string))] == []


def test_no_translation_is_a_guess() -> None:
    assert [message.id for message in entries() if message.fuzzy] == []


def test_every_text_of_code_and_templates_is_in_the_catalogue() -> None:
    known = {forms(message.id)[0] for message in entries()}

    missing = {text: place for text, place in used() if text not in known}

    assert missing == {}, "run `make messages` and translate what it added"


def test_extraction_finds_texts_of_both_kinds() -> None:
    places = dict(used())

    assert places["Place the order"].startswith("templates/")
    assert places["Choose 1 to 9."].startswith("orders/actions/")


@pytest.mark.parametrize("message", entries(), ids=lambda message: forms(message.id)[0][:40])
def test_a_translation_keeps_the_placeholders(message: Message) -> None:
    wanted = set(PLACEHOLDER.findall(forms(message.id)[-1]))

    assert {frozenset(PLACEHOLDER.findall(form)) for form in forms(message.string)} == {frozenset(wanted)}


def test_russian_has_three_plural_forms() -> None:
    assert {len(forms(message.string)) for message in entries() if not isinstance(message.id, str)} == {3}


def test_what_dispatch_programs_answer_can_be_shown_in_russian_unless_it_must_not_be_told() -> None:
    phrases = (ROOT / "templates/desk/strings.html").read_text().partition("data-phrases")[2]
    listed = re.findall(r"<dt[^>]*>([^<]+)</dt>", phrases)
    said = {
        *spoken("integrations/dispatch/phrases.py", "_"),
        *spoken("integrations/dispatch/taximaster/codes.py", "_"),
        *spoken("integrations/delivery/decide.py", "gettext_noop"),
    }

    assert {unescape(sentence) for sentence in listed} == said - UNSPOKEN
    assert said >= UNSPOKEN
