"""The tables of contracts, usage and invoices. No phone and no address is in any of them."""

from billing.models.contract import Contract, InvoiceSeries
from billing.models.export import Export, ExportFile, ExportFormat, ExportState
from billing.models.invoice import Invoice, InvoiceLine
from billing.models.ledger import UsageEntry
from billing.models.seller import Seller

__all__ = [
    "Contract",
    "Export",
    "ExportFile",
    "ExportFormat",
    "ExportState",
    "Invoice",
    "InvoiceLine",
    "InvoiceSeries",
    "Seller",
    "UsageEntry",
]
