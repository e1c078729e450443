"""Signs with words: colour and pictures alone tell nothing to whoever cannot see them."""

import re

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()
_PICTURE = re.compile(r'<img src="[^"]*/icon-(yes|no|unknown)\.svg" alt="[^"]*">')


@register.filter
def in_words(cell: str) -> SafeString:
    """The stock admin's pictures for yes and no, as a sign and a word. Only markup of the admin's own is passed in."""
    return mark_safe(_PICTURE.sub(_said, cell))  # noqa: S308 - escaped already by whoever made the cell


def _said(found: re.Match[str]) -> str:
    sign, kind, word = {
        "yes": ("✓", "ok", _("yes")),
        "no": ("–", "muted", _("no")),
        "unknown": ("?", "muted", _("unknown")),
    }[found[1]]
    return format_html('<span class="{} nowrap"><span aria-hidden="true">{}</span> {}</span>', kind, sign, word)
