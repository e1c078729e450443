"""`python -m pytest -s bench/documents.py`: how long an invoice takes as PDF, the first time in a process and then.

Prints milliseconds beside the bar of one second. Times are this machine's; the test fails on what is no PDF.
"""

import json
import statistics
from time import perf_counter

import pytest

from billing.exports.pdf import invoice_pdf
from billing.models import Invoice
from tests.factories import make_rivals

AGAIN = 50


@pytest.mark.django_db(databases="__all__")
def test_an_invoice_as_pdf() -> None:
    make_rivals(1)
    invoice = Invoice.objects.select_related("contract").get()

    first, *again = [timed(invoice) for _making in range(1 + AGAIN)]
    cuts = statistics.quantiles(again, n=100, method="inclusive")

    print(json.dumps({"first_ms": round(first, 1), "p50_ms": round(cuts[49], 1), "p95_ms": round(cuts[94], 1)}))


def timed(invoice: Invoice) -> float:
    """Milliseconds of one making."""
    begun = perf_counter()
    made = invoice_pdf(invoice)
    took = (perf_counter() - begun) * 1000
    assert made.startswith(b"%PDF-")
    return took
