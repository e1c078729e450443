"""Seller: the company that runs the centre, as it stands on the documents."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from billing.requisites import check_account, check_bik, check_inn, check_kpp
from billing.tariffs.vat import TaxMode
from callcenter.ids import uuid7

_MODES = {
    TaxMode.GENERAL: _("General: VAT at the standard rate"),
    TaxMode.SIMPLIFIED_EXEMPT: _("Simplified, exempt from VAT"),
    TaxMode.SIMPLIFIED_5: _("Simplified, VAT 5%"),
    TaxMode.SIMPLIFIED_7: _("Simplified, VAT 7%"),
    TaxMode.SIMPLIFIED_GENERAL: _("Simplified, VAT at the standard rate"),
}


def tax_modes() -> list[tuple[str, str]]:
    """Callable, so that a new mode needs no migration."""
    return [(mode.value, str(_MODES[mode])) for mode in TaxMode]


class Seller(models.Model):
    """From `since` on the documents of months that begin then or later carry these requisites; the newest that has
    begun is in force. A document keeps a copy of its own.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    since = models.DateField(_("In force from"), unique=True)
    name = models.CharField(_("Name"), max_length=160)
    inn = models.CharField("ИНН", max_length=12, validators=[check_inn])
    kpp = models.CharField("КПП", max_length=9, blank=True, default="", validators=[check_kpp])
    ogrn = models.CharField("ОГРН", max_length=15, blank=True, default="")
    address = models.CharField(_("Address"), max_length=250)
    bank = models.CharField(_("Bank"), max_length=160)
    bik = models.CharField("БИК", max_length=9, validators=[check_bik])
    account = models.CharField(_("Account"), max_length=20)
    correspondent = models.CharField(_("Correspondent account"), max_length=20)
    director = models.CharField(_("Director"), max_length=80)
    accountant = models.CharField(_("Chief accountant"), max_length=80)
    tax_mode = models.CharField(_("Tax mode"), max_length=20, choices=tax_modes, default=TaxMode.SIMPLIFIED_EXEMPT)
    due_days = models.PositiveSmallIntegerField(_("Days to pay"), default=14)

    class Meta:
        verbose_name = _("own requisites")
        verbose_name_plural = _("own requisites")
        ordering = ["-since"]

    @override
    def __str__(self) -> str:
        return self.name

    @override
    def clean(self) -> None:
        """The keys of the accounts belong to the bank."""
        if self.bik and self.account:
            check_account(self.account, self.bik)
        if self.bik and self.correspondent:
            check_account(self.correspondent, self.bik, correspondent=True)
