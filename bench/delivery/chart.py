"""A bar chart as SVG that stands alone, readable on light and dark pages."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

WIDTH, NAMES, LINE, TOP = 720, 210, 34, 48


def chart(title: str, bars: Mapping[str, float]) -> str:
    """One bar each, longest at full width; values that are missing are left out."""
    known = {name: value for name, value in bars.items() if value == value}
    most = max(known.values(), default=1.0)
    rows = [_bar(position, name, value, most) for position, (name, value) in enumerate(known.items())]
    height = TOP + LINE * len(rows) + 12
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="14">\n<title>{escape(title)}</title>\n'
        f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#ffffff"/>\n'
        f'<text x="16" y="28" font-size="16" font-weight="600" fill="#1d2530">{escape(title)}</text>\n'
        + "\n".join(rows)
        + "\n</svg>\n"
    )


def _bar(position: int, name: str, value: float, most: float) -> str:
    y, length = TOP + LINE * position, max(2, round((WIDTH - NAMES - 90) * value / most))
    fill = "#0f766e" if name.startswith("ours") else "#8a94a3"
    return (
        f'<text x="16" y="{y + 18}" fill="#1d2530">{escape(name)}</text>'
        f'<rect x="{NAMES}" y="{y + 2}" width="{length}" height="24" rx="3" fill="{fill}"/>'
        f'<text x="{NAMES + length + 8}" y="{y + 18}" fill="#1d2530">{value:,.0f}</text>'
    )
