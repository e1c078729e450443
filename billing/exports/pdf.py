"""An invoice as PDF: typst sets the page from `invoice.typ`, the data come in as JSON and never as markup."""

import json
from functools import cache
from pathlib import Path

import typst

from billing.exports.paper import paper
from billing.models import Invoice

HERE = Path(__file__).parent
TEMPLATE = HERE / "invoice.typ"
FONTS = HERE / "fonts"


@cache
def _compiler() -> typst.Compiler:
    """One compiler for the process: fonts and template are read once."""
    return typst.Compiler(TEMPLATE, root=HERE, font_paths=[FONTS], ignore_system_fonts=True)


def invoice_pdf(invoice: Invoice) -> bytes:
    """Return the file; the same invoice always gives the same bytes."""
    return _one(_compiler().compile(format="pdf", sys_inputs=_told(invoice), timestamp=_stamp(invoice)))


def invoice_png(invoice: Invoice) -> bytes:
    """The first page as a picture, for a look at it."""
    return _one(_compiler().compile(format="png", sys_inputs=_told(invoice), timestamp=_stamp(invoice)))


def _told(invoice: Invoice) -> dict[str, str]:
    return {"paper": json.dumps(paper(invoice), ensure_ascii=False)}


def _stamp(invoice: Invoice) -> int:
    return int(invoice.closed_at.timestamp())


def _one(made: bytes | list[bytes] | None) -> bytes:
    if not made:
        raise RuntimeError("typst made nothing of the invoice.")
    return made[0] if isinstance(made, list) else made
