"""The tries of one delivery, told in sentences."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from orders.models import Attempt

PURPOSES = {"place": _("Sent"), "search": _("Looked for")}
OUTCOMES = {
    "placed": _("The service's program took it."),
    "found": _("The program holds it."),
    "none": _("The program does not hold it."),
    "several": _("The program holds several orders with our mark."),
    "similar": _("The program holds a similar order."),
    "rejected": _("The program refused it."),
    "not_sent": _("Nothing left this machine."),
    "unknown": _("The answer got lost: it may have arrived."),
    "unclear": _("The answer could not be understood."),
}


class AttemptInline(admin.TabularInline):  # type: ignore[type-arg]
    """One line per try, in their order."""

    model = Attempt
    verbose_name_plural = _("Tries")
    fields = ("position", "did", "started_at", "took", "ended", "code", "reason")
    readonly_fields = fields
    ordering = ("position",)
    can_delete = False
    extra = max_num = 0

    @admin.display(description=_("What"))
    def did(self, attempt: Attempt) -> str:
        """Sent or looked for."""
        return str(PURPOSES.get(attempt.purpose, attempt.purpose))

    @admin.display(description=_("Took, s"))
    def took(self, attempt: Attempt) -> str:
        """How long it lasted."""
        return f"{(attempt.finished_at - attempt.started_at).total_seconds():.2f}"

    @admin.display(description=_("Outcome"))
    def ended(self, attempt: Attempt) -> str:
        """In a sentence."""
        return str(OUTCOMES.get(attempt.outcome, attempt.outcome))

    @override
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    @override
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
