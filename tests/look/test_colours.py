"""The colours: text and controls stand out in both themes, and no stylesheet knows a service."""

import re
from pathlib import Path

import pytest

from callcenter.models.service import HUES

CSS = Path(__file__).resolve().parents[2] / "static/css"
STYLES = sorted(CSS.glob("*.css"))
OTHERS = [style for style in STYLES if style.name != "tokens.css"]
THEMES = pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
GROUNDS = ("surface", "bg", "sunken")
TEXT = [
    *((text, ground) for text in ("text", "muted", "link") for ground in GROUNDS),
    *((state, "surface") for state in ("ok", "warn", "bad", "info", "brand")),
    *((state, f"{state}-soft") for state in ("ok", "warn", "bad", "info", "brand")),
    *((text, f"{soft}-soft") for text in ("text", "muted") for soft in ("ok", "warn", "bad", "info", "brand")),
    *((f"on-{fill}", fill) for fill in ("solid", "band", "brand", "warn-fill", "bad-fill", "night")),
]
CONTROLS = [(token, ground) for token in ("ctl", "focus") for ground in ("surface", "bg")]


def luminance(colour: str) -> float:
    channels = [int(colour[position : position + 2], 16) / 255 for position in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def read(rule: str) -> dict[str, tuple[str, str]]:
    """The colours that a rule of the tokens sets, light and dark."""
    colour = r"(?:light-dark\((#\w{6}), (#\w{6})\)|(#\w{6}))"
    found = re.findall(rf"--([\w-]+): {colour}", rule)
    return {name: (light or both, dark or both) for name, light, dark, both in found}


def tokens(hue: str = "") -> dict[str, tuple[str, str]]:
    css = (CSS / "tokens.css").read_text()
    plain = read(css.partition("[data-theme")[0])
    own = re.search(rf'\[data-brand="{hue}"\] {{(.+)}}', css)
    return plain | read(own[1]) if own else plain


@THEMES
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_stands_out_from_its_ground(text: str, ground: str, theme: int) -> None:
    assert contrast(tokens()[text][theme], tokens()[ground][theme]) >= 4.5


@THEMES
@pytest.mark.parametrize(("control", "ground"), CONTROLS)
def test_the_edge_of_a_control_and_the_focus_can_be_seen(control: str, ground: str, theme: int) -> None:
    assert contrast(tokens()[control][theme], tokens()[ground][theme]) >= 3


@THEMES
@pytest.mark.parametrize("hue", HUES)
@pytest.mark.parametrize(
    ("text", "ground"),
    [("on-band", "band"), ("on-brand", "brand"), ("brand", "brand-soft"), ("brand", "surface"), ("text", "brand-soft")],
)
def test_every_colour_of_a_service_carries_text(text: str, ground: str, hue: str, theme: int) -> None:
    known = tokens(hue)

    assert contrast(known[text][theme], known[ground][theme]) >= 4.5


def test_the_tokens_name_the_closed_set_of_hues() -> None:
    named = re.findall(r'\[data-brand="([^"]+)"\]', (CSS / "tokens.css").read_text())

    assert sorted(named) == sorted(HUES)


@pytest.mark.parametrize("style", OTHERS, ids=lambda style: style.name)
def test_other_stylesheets_know_no_service_and_take_their_colours_from_the_tokens(style: Path) -> None:
    css = style.read_text()

    assert re.findall(r"data-brand", css) == []
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", css)) <= {"#fff", "#0f1217"}


def test_every_token_that_is_used_is_set() -> None:
    set_ = set(re.findall(r"(--[\w-]+):", "\n".join(style.read_text() for style in STYLES)))
    used = {name for style in STYLES for name in re.findall(r"var\((--[\w-]+)", style.read_text())}

    assert used - set_ == set()
