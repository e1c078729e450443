"""Logging in: the login role checks the password and opens the seat (operators) or the grant (managers and staff)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from callcenter import audit
from callcenter.cookies import hashed, new_secret
from callcenter.ids import uuid7
from callcenter.models import Credential, Grant, GrantKind, Job, Person, Workplace
from callcenter.tenancy.rules import AUTH
from callcenter.tenancy.unit import unit

LOGIN_ALIAS = "auth"
IDLE = timedelta(hours=2)
HARD = timedelta(hours=12)


class LoginRefused(Exception):
    """The sentence says the same whether the login or the password is wrong."""

    def __init__(self, sentence: str, code: str) -> None:
        super().__init__(code)
        self.sentence = sentence
        self.code = code


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """What the browser gets: a seat secret or a grant token, never both."""

    person: UUID
    job: str
    seat_secret: str = ""
    grant_token: str = ""
    replaced: tuple[UUID, ...] = ()


def log_in(login: str, password: str, *, workplace: str = "") -> LoggedIn:
    """Check the password and open what the person's job allows; LoginRefused with a sentence otherwise."""
    try:
        with unit(AUTH, using=LOGIN_ALIAS):
            person = _check(login, password)
            if person.job == Job.OPERATOR:
                return _seat(person, workplace)
            return _grant(person)
    except LoginRefused as refusal:
        with unit(AUTH, using=LOGIN_ALIAS):
            audit.record(None, "login.refused", actor="web", detail={"why": refusal.code})
        raise


def _check(login: str, password: str) -> Person:
    """Compare the password in the same time whether the login exists or not."""
    person = Person.objects.using(LOGIN_ALIAS).filter(login=login.strip().lower(), active=True).first()
    credential = Credential.objects.using(LOGIN_ALIAS).filter(person=person).first() if person else None
    if credential is None:
        make_password(password)
    if person is None or credential is None or not check_password(password, credential.password):
        raise LoginRefused(
            _("The login or the password is wrong. Check the keyboard layout and Caps Lock."), "password"
        )
    return person


def _seat(person: Person, extension: str) -> LoggedIn:
    places = Workplace.objects.using(LOGIN_ALIAS).filter(active=True)
    wanted = extension.strip()
    place = places.filter(extension=wanted).first() if wanted else _usual(places, person)
    if place is None and wanted:
        raise LoginRefused(
            _("There is no workplace %(value)s. Write the extension of the telephone on your desk.")
            % {"value": wanted},
            "workplace",
        )
    if place is None:
        raise LoginRefused(
            _("Write the extension of the telephone on your desk: you have no usual workplace."), "workplace"
        )
    secret, seat = new_secret(), uuid7()
    with connections[LOGIN_ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT replaced FROM app.open_seat(%s, %s, %s, %s)", [person.pk, place.pk, seat, hashed(secret)]
        )
        replaced = tuple(row[0] for row in cursor.fetchall())
    audit.record(None, "seat.opened", actor=str(person.pk), detail={"seat": str(seat), "replaced": len(replaced)})
    return LoggedIn(person=person.pk, job=person.job, seat_secret=secret, replaced=replaced)


def _usual(places: QuerySet[Workplace], person: Person) -> Workplace | None:
    return places.filter(pk=person.usual_workplace_id).first() if person.usual_workplace_id else None


def _grant(person: Person) -> LoggedIn:
    token, now = new_secret(), timezone.now()
    manager = person.job == Job.MANAGER
    grant = Grant(
        kind=GrantKind.TENANT if manager else GrantKind.STAFF,
        token_hash=hashed(token),
        service_id=person.service_id if manager else None,
        person=person,
        opened_at=now,
        expires_at=now + IDLE,
        hard_expires_at=now + HARD,
    )
    grant.save(using=LOGIN_ALIAS, force_insert=True)
    audit.record(grant.service_id, "grant.opened", actor=str(person.pk), grant=grant.pk, detail={"kind": grant.kind})
    return LoggedIn(person=person.pk, job=person.job, grant_token=token)
