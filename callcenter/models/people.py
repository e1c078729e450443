"""People, their passwords, workplaces and seats."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from typing_extensions import override

from callcenter.ids import uuid7


class Job(models.TextChoices):
    """What a person does here; it decides which kind of grant a login opens."""

    OPERATOR = "operator", _("Operator")
    MANAGER = "manager", _("Service manager")
    SUPERVISOR = "supervisor", _("Supervisor")
    ACCOUNTANT = "accountant", _("Accountant")
    ADMIN = "admin", _("Administrator")


def job_choices() -> list[tuple[str, str]]:
    """Callable, so that a new job needs no migration."""
    return [(str(job.value), str(job.label)) for job in Job]


class PersonManager(BaseUserManager["Person"]):
    """People are looked up by login."""


class Person(AbstractBaseUser):
    """Somebody who logs in. The password lives in `Credential`, which only the login role can read."""

    password = None  # type: ignore[assignment]
    last_login = None

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    login = models.CharField(_("login"), max_length=60, unique=True)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=80)
    job = models.CharField(_("job"), max_length=12, choices=job_choices)
    service = models.ForeignKey(
        "callcenter.TaxiService", models.PROTECT, verbose_name=_("service"), null=True, blank=True, related_name="+"
    )
    usual_workplace = models.ForeignKey(
        "callcenter.Workplace",
        models.SET_NULL,
        verbose_name=_("usual workplace"),
        null=True,
        blank=True,
        related_name="+",
    )
    active = models.BooleanField(_("may log in"), default=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "job"]
    objects = PersonManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                condition=(Q(job="manager") & Q(service__isnull=False)) | (~Q(job="manager") & Q(service__isnull=True)),
                name="callcenter_person_manager_has_service",
            )
        ]

    @override
    def __str__(self) -> str:
        return self.name

    @override
    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Django's word for `active`."""
        return self.active


class Credential(models.Model):
    """The password hash of one person, readable and writable by the login role alone."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="credential")
    password = models.CharField(max_length=128)
    changed_at = models.DateTimeField(auto_now=True)

    @override
    def __str__(self) -> str:
        return str(self.person_id)


class Workplace(models.Model):
    """A registered desk with a telephone: the exchange knows it by its extension."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(pgettext_lazy("of a workplace", "name"), max_length=40)
    extension = models.CharField(_("extension"), max_length=20, unique=True)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("workplace")
        verbose_name_plural = _("workplaces")

    @override
    def __str__(self) -> str:
        return self.name


class SeatState(models.TextChoices):
    """What an operator is doing; `busy` and `wrapup` are set by calls, the rest by the operator."""

    OFF = "off", _("Off line")
    READY = "ready", _("On line")
    BREAK = "break", _("Break")
    BUSY = "busy", _("Busy")
    WRAPUP = "wrapup", _("Wrap-up")


def seat_choices() -> list[tuple[str, str]]:
    """Callable, so that a new state needs no migration."""
    return [(str(state.value), str(state.label)) for state in SeatState]


class Seat(models.Model):
    """One operator at one workplace on one shift. The browser holds a secret; here is only its SHA-256.

    At most one open seat per person and per workplace: a second login closes the first, which is told so.
    `online_s` and `break_s` are counted by the database with every change of state since `shift_since`; logging in
    again at the same workplace goes on with the shift.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="seats")
    workplace = models.ForeignKey(Workplace, models.PROTECT, related_name="seats")
    secret_hash = models.BinaryField(unique=True)
    state = models.CharField(max_length=8, choices=seat_choices, default=SeatState.OFF)
    state_since = models.DateTimeField()
    wrapup_until = models.DateTimeField(null=True)
    missed = models.PositiveSmallIntegerField(default=0)
    shift_since = models.DateTimeField(auto_now_add=True)
    online_s = models.PositiveIntegerField(default=0)
    break_s = models.PositiveIntegerField(default=0)
    version = models.BigIntegerField(default=1)
    opened_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=12, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(closed_at__isnull=True), name="callcenter_seat_one_per_person"
            ),
            models.UniqueConstraint(
                fields=["workplace"], condition=Q(closed_at__isnull=True), name="callcenter_seat_one_per_workplace"
            ),
        ]

    @override
    def __str__(self) -> str:
        return str(self.id)
