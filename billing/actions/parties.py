"""Who bills whom, as it stood when the month was closed: the copy that a document is printed from."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from billing.models import Contract, Seller
from billing.tariffs.vat import TaxMode, percent_on
from callcenter.months import next_month

_SELLER = ("name", "inn", "kpp", "ogrn", "address", "bank", "bik", "account", "correspondent", "director", "accountant")
_BUYER = ("name", "inn", "kpp", "address")


def parties(contract: Contract, month: date) -> dict[str, Any]:
    """The seller in force in this month, the buyer, the contract and the last day to pay; text only."""
    seller = Seller.objects.filter(since__lt=next_month(month)).order_by("-since").first()
    return {
        "seller": {name: getattr(seller, name) for name in _SELLER} if seller else {},
        "buyer": {name: getattr(contract, f"buyer_{name}") for name in _BUYER},
        "service": contract.service.name,
        "zone": contract.service.time_zone,
        "contract": {"number": contract.number, "since": contract.starts_on.isoformat()},
        "issued_on": timezone.localdate().isoformat(),
        "due_on": (next_month(month) + timedelta(days=seller.due_days if seller else 14)).isoformat(),
        "vat": _percent(seller, month),
    }


def _percent(seller: Seller | None, month: date) -> str | None:
    percent: Decimal | None = percent_on(TaxMode(seller.tax_mode), month) if seller else None
    return None if percent is None else str(percent)
