"""The log of calls, abandoned ones included."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from callcenter.models.scenario import ScenarioKind
from orders.admin.base import WatchedAdmin
from orders.admin.zone import in_zone
from orders.models import Call

# The reasons of `callcenter.scenarios.decide`.
REASONS = {
    "always": _("holds always"),
    "window": _("its time has come, and no rule of higher priority holds"),
    "outside": _("outside every agreed time"),
    "override": _("switched by hand"),
}


class CameFilter(admin.DateFieldListFilter):
    """By the day on which it came."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("Came")


class CallAdmin(WatchedAdmin):
    """When it came, on which line, how it went and how it ended."""

    list_display = ("when", "service", "line", "scenario", "state", "waited", "talked", "ending")
    list_select_related: ClassVar[Any] = ("service", "line")
    list_filter = (("created_at", CameFilter), "state", "disposition", "scenario_kind")
    ordering = ("-created_at",)
    fields = (
        "service", "number", "state", "scenario", "why", "offered_at", "queued_at", "ringing_at",
        "answered_at", "completed_at", "ended_at", "missed", "outcome", "disposition", "disposed_at",
    )  # fmt: skip

    @override
    def heading(self, call: Call) -> str:
        return gettext("Call of %(when)s") % {"when": self.when(call)}

    @admin.display(description=_("Came"), ordering="created_at")
    def when(self, call: Call) -> str:
        """The moment, in the service's time."""
        return in_zone(call.offered_at or call.created_at, call.service.time_zone)

    @admin.display(description=_("Line"))
    def number(self, call: Call) -> str:
        """The dialled number."""
        return str(call.line.number)

    @admin.display(description=_("Scenario"))
    def scenario(self, call: Call) -> str:
        """What kind was in force."""
        return str(dict(ScenarioKind.choices).get(call.scenario_kind, call.scenario_kind))

    @admin.display(description=_("Why this scenario"))
    def why(self, call: Call) -> str:
        """The reason in words."""
        return str(REASONS.get(call.scenario_reason, call.scenario_reason))

    @admin.display(description=_("Waited, s"))
    def waited(self, call: Call) -> str:
        """From the first sign of the call to its answer or its end."""
        begun, done = call.offered_at or call.created_at, call.answered_at or call.ended_at
        return str(max(0, round((done - begun).total_seconds()))) if done else "…"

    @admin.display(description=_("Talked, s"))
    def talked(self, call: Call) -> str:
        """From the answer to the end."""
        if not call.answered_at:
            return "–"
        return str(max(0, round((call.ended_at - call.answered_at).total_seconds()))) if call.ended_at else "…"

    @admin.display(description=_("Ending"))
    def ending(self, call: Call) -> str:
        """Why it ended, or that nobody answered in time."""
        if call.disposition is not None:
            return str(call.get_disposition_display())
        if call.ended_at and not call.answered_at:
            return str(_("Lost: nobody answered in time"))
        return ""
