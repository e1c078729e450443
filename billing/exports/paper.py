"""What stands on an invoice, as plain text: the source of every format that people read. Russian, as accounting is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from django.utils import translation
from django.utils.translation import gettext

from billing.exports.words import in_words
from billing.models import Invoice
from billing.tariffs.vat import Taxed, document, inside

NARROW = "\N{NO-BREAK SPACE}"
CHECK_LETTERS = 12


def paper(invoice: Invoice) -> dict[str, Any]:
    """Everything as the page shows it. All of it comes from the frozen invoice, so the page can be made again."""
    told = invoice.parties
    percent = Decimal(told["vat"]) if told.get("vat") else None
    lines = list(invoice.lines.order_by("position"))
    taxed = [inside(line.amount, percent) for line in lines]
    with translation.override("ru"):
        titles = [
            gettext(line.title) % {"first": number(line.first or 0), "last": number(line.last or 0)} for line in lines
        ]
    rows = zip(titles, lines, taxed, strict=True)
    return {
        "number": invoice.number,
        "date": day(date.fromisoformat(told["issued_on"])) if told else day(invoice.closed_at.date()),
        "seller": told.get("seller", {}),
        "buyer": _buyer(told),
        "contract": _contract(told, invoice),
        "month": f"{format_date(invoice.month, 'LLLL y', locale='ru')} г. по времени {told.get('zone', 'UTC')}",
        "due": day(date.fromisoformat(told["due_on"])) if told else "",
        "tax": f"НДС {number(percent)} %" if percent is not None else "Без НДС",
        "lines": [_row(position, *row) for position, row in enumerate(rows, start=1)],
        "total": money(invoice.total),
        "vat": money(document(taxed).vat) if percent is not None else "",
        "words": in_words(invoice.total),
        "orders": number(invoice.orders),
        "excluded": number(invoice.excluded),
        "check": " ".join(invoice.input_hash[start : start + 4] for start in range(0, CHECK_LETTERS, 4)),
    }


def day(moment: date) -> str:
    """`1 ноября 2026 г.`"""
    return f"{format_date(moment, 'd MMMM y', locale='ru')} г."


def number(value: Decimal | int) -> str:
    """Thousands apart, decimal comma, no needless zeros."""
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    whole, _, rest = text.partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", NARROW) + (f",{rest}" if rest else "")


def money(value: Decimal) -> str:
    """Two places, always."""
    return f"{value:,.2f}".replace(",", NARROW).replace(".", ",")


def rate(value: Decimal) -> str:
    """At least two places, four where they say something."""
    text = f"{value:,.4f}"
    text = text[:-2] if text.endswith("00") else text
    return text.replace(",", NARROW).replace(".", ",")


def _ordinal(value: int | None) -> str:
    return number(value or 0)


def _row(position: int, title: str, line: Any, tax: Taxed) -> dict[str, str]:
    return {
        "position": str(position),
        "title": title,
        "quantity": number(line.quantity),
        "rate": rate(line.rate),
        "vat": money(tax.vat),
        "amount": money(line.amount),
    }


def _buyer(told: dict[str, Any]) -> str:
    buyer = told.get("buyer", {})
    parts = [buyer.get("name") or told.get("service", "")]
    parts += [f"{label} {buyer[name]}" for label, name in (("ИНН", "inn"), ("КПП", "kpp")) if buyer.get(name)]
    return ", ".join([*parts, buyer.get("address", "")] if buyer.get("address") else parts)


def _contract(told: dict[str, Any], invoice: Invoice) -> str:
    since = told.get("contract", {}).get("since")
    return f"{invoice.contract.number} от {day(date.fromisoformat(since))}" if since else invoice.contract.number
