"""Using a link to choose a password: the login role alone checks it and writes the password's hash."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet
from django.utils import timezone

from callcenter import audit
from callcenter.cookies import hashed
from callcenter.login import LOGIN_ALIAS
from callcenter.models import Credential, Invitation, Person
from callcenter.tenancy.rules import AUTH
from callcenter.tenancy.unit import unit


@dataclass(frozen=True, slots=True)
class Invited:
    """Who may choose a password: as much as the page shows and the rules of passwords need."""

    person: UUID
    login: str
    name: str


def invited(token: str) -> Invited | None:
    """Who this link is for; None when it is unknown, used, replaced or too old, or its person is blocked."""
    with unit(AUTH, using=LOGIN_ALIAS):
        found = _open(token).select_related("person").first()
    return Invited(found.person_id, found.person.login, found.person.name) if found else None


def choose_password(token: str, password: str) -> bool:
    """Set the password and use the link up; False when it no longer opens. The caller has judged the password."""
    written = make_password(password)
    with unit(AUTH, using=LOGIN_ALIAS):
        found = _open(token).select_for_update(of=("self",), no_key=True).first()
        if found is None:
            return False
        Credential(person_id=found.person_id, password=written).save(using=LOGIN_ALIAS, force_insert=True)
        Invitation.objects.using(LOGIN_ALIAS).filter(pk=found.pk).update(used_at=timezone.now())
        service = Person.objects.using(LOGIN_ALIAS).values_list("service_id", flat=True).get(pk=found.person_id)
        audit.record(service, "password.chosen", actor=str(found.person_id), detail={"invitation": str(found.pk)})
    return True


def _open(token: str) -> QuerySet[Invitation]:
    return Invitation.objects.using(LOGIN_ALIAS).filter(
        token_hash=hashed(token),
        used_at__isnull=True,
        closed_at__isnull=True,
        expires_at__gt=timezone.now(),
        person__active=True,
    )
