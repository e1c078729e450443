"""What a service tells the operators of its dialog: the wishes that can be switched, and a notice with an end."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from callcenter.tenancy.fields import TenantModel


class Wish(TenantModel):
    """One wish of a passenger that this service can fulfil. `code` is its name in the service's dispatch program."""

    digit = models.PositiveSmallIntegerField(_("Digit"), validators=[MinValueValidator(1), MaxValueValidator(9)])
    title = models.CharField(_("Wish"), max_length=40)
    code = models.CharField(_("Code in the dispatch program"), max_length=20)

    class Meta(TenantModel.Meta):
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        ordering = ["service", "digit"]
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "digit"], name="callcenter_wish_digit"),
            models.UniqueConstraint(fields=["service", "code"], name="callcenter_wish_code"),
            models.CheckConstraint(condition=Q(digit__gte=1, digit__lte=9), name="callcenter_wish_one_digit"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.digit} {self.title}"


class Notice(TenantModel):
    """A word of the service to the operators, shown in its dialogs from `starts_at` until `ends_at`."""

    text = models.CharField(_("Text"), max_length=200)
    starts_at = models.DateTimeField(_("From"))
    ends_at = models.DateTimeField(_("Until"))

    class Meta(TenantModel.Meta):
        verbose_name = _("notice to operators")
        verbose_name_plural = _("notices to operators")
        ordering = ["-ends_at"]
        indexes = [models.Index(fields=["service", "ends_at"], name="callcenter_notice_now")]
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="callcenter_notice_ends_later"),
        ]

    @override
    def __str__(self) -> str:
        return self.text
