"""An invoice with its register as a workbook: real numbers and dates, the total beside the lines that it sums."""

import io
from datetime import UTC, datetime

import xlsxwriter
from django.utils.translation import gettext as _

from billing.exports.register import Progress, cells, entries, head, in_unit
from billing.models import Invoice


def invoice_xlsx(invoice: Invoice, told: Progress) -> bytes:
    """Two sheets: the invoice's lines and the register. Rows are written as they are read; the same invoice gives the
    same bytes.
    """
    made = io.BytesIO()
    options = {"in_memory": True, "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(made, options)
    book.set_properties({"title": invoice.number, "created": invoice.closed_at.astimezone(UTC).replace(tzinfo=None)})
    bold = book.add_format({"bold": True})
    money, rate = (book.add_format({"num_format": shown}) for shown in ("#,##0.00", "#,##0.0000"))
    lines = book.add_worksheet(_("Invoice"))
    lines.set_column(1, 1, 50)
    lines.set_column(2, 4, 14)
    for column, title in enumerate([_("No."), _("Service"), _("Quantity"), _("Rate"), _("Amount")]):
        lines.write_string(0, column, title, bold)
    lines.freeze_panes(1, 0)
    row = 0
    for row, line in enumerate(in_unit(lambda: list(invoice.lines.order_by("position"))), start=1):
        lines.write_number(row, 0, line.position)
        lines.write_string(row, 1, str(line))
        lines.write_number(row, 2, line.quantity)
        lines.write_number(row, 3, line.rate, rate)
        lines.write_number(row, 4, line.amount, money)
    lines.write_string(row + 1, 1, f"{_('Total')}, {invoice.currency}", bold)
    lines.write_number(row + 1, 2, invoice.orders)
    lines.write_number(row + 1, 4, invoice.total, money)
    _register(book, invoice, told)
    book.close()
    return made.getvalue()


def _register(book: xlsxwriter.Workbook, invoice: Invoice, told: Progress) -> None:
    bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = book.add_worksheet(_("Register"))
    sheet.set_column(1, 2, 20)
    for column, title in enumerate(head()):
        sheet.write_string(0, column, title, bold)
    sheet.freeze_panes(1, 0)
    row = 0
    for page in entries(invoice):
        for entry in page:
            row += 1
            ordinal, number, _placed, units, reason = cells(entry)
            sheet.write_number(row, 0, int(ordinal))
            sheet.write_string(row, 1, str(number))
            sheet.write_datetime(row, 2, _wall(entry.placed_at), moment)
            sheet.write_number(row, 3, int(units))
            sheet.write_string(row, 4, str(reason))
        told(row, invoice.orders)


def _wall(moment: datetime) -> datetime:
    """Workbooks know no zones: the service's own time stands there."""
    return moment.replace(tzinfo=None, microsecond=0)
