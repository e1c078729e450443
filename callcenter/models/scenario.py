"""Scenario: why and when calls of a service come to the centre."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from callcenter.scenarios import Kind, Window
from callcenter.tenancy.fields import TenantModel


class ScenarioKind(models.TextChoices):
    """Kinds of scenario; the rule itself is `callcenter.scenarios`."""

    FULL = "full", _("Full outsourcing")
    OVERFLOW = "overflow", _("Overflow")
    NIGHT = "night", _("Night")
    CUSTOM = "custom", _("By agreement")


def scenario_choices() -> list[tuple[str, str]]:
    """Callable, so that a new kind needs no migration."""
    return [(str(kind.value), str(kind.label)) for kind in ScenarioKind]


class Scenario(TenantModel):
    """One rule of one service: a window of local time on chosen weekdays (1 = Monday … 7); the full scenario is always
    in force.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=scenario_choices)
    starts = models.TimeField(_("from"), null=True, blank=True)
    ends = models.TimeField(_("until"), null=True, blank=True)
    weekdays = models.CharField(_("weekdays"), max_length=7, default="1234567")
    priority = models.SmallIntegerField(_("priority"), default=0)
    active = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(kind="full") | models.Q(starts__isnull=False, ends__isnull=False),
                name="callcenter_scenario_window",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.kind

    def window(self) -> Window:
        """The rule as the decision takes it."""
        return Window(
            rule_id=str(self.pk),
            kind=Kind(self.kind),
            starts=self.starts,
            ends=self.ends,
            weekdays=frozenset(int(day) for day in self.weekdays),
            priority=self.priority,
            created_at=self.created_at,
        )
