"""Making and ending the keys of a service's programs. Runs in the unit of a manager or of the centre's administrator;
the database refuses the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from callcenter import audit
from callcenter.api.credentials import new_key
from callcenter.cookies import hashed
from callcenter.ids import uuid7
from callcenter.models import ProgramKey, Scope
from callcenter.panel.holder import Holder
from callcenter.refusals import NotHere, Refused

MOST_LIVE = 20


@dataclass(frozen=True, slots=True)
class Made:
    """A key at the only moment at which it can be read."""

    row: ProgramKey
    text: str


def visible() -> QuerySet[ProgramKey]:
    """The keys that whoever asks may see: those not revoked first, newest first."""
    rows = ProgramKey.objects.defer("secret_hash").select_related("service", "created_by")
    return rows.order_by(F("revoked_at").desc(nulls_first=True), "-created_at")


def live(service: UUID, now: datetime) -> QuerySet[ProgramKey]:
    """The keys of a service that still open something."""
    lasting = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    return ProgramKey.objects.filter(lasting, service_id=service, revoked_at__isnull=True)


def create(service: UUID, *, label: str, scopes: Sequence[str], days: int, by: Holder) -> Made:
    """Make a key for the service's programs that lasts so many days, without end when 0."""
    now = timezone.now()
    if live(service, now).count() >= MOST_LIVE:
        raise Refused(
            _("This service already has %(count)s live keys, which is the most: revoke one that is not used.")
            % {"count": MOST_LIVE},
            code="too_many",
            status=409,
        )
    public_id = uuid7()
    text = new_key(public_id)
    row = ProgramKey(
        id=public_id,
        service_id=service,
        label=label,
        scopes=" ".join(scope for scope in Scope.values if scope in scopes),
        secret_hash=hashed(text),
        created_by_id=by.pk,
        created_at=now,
        expires_at=now + timedelta(days=days) if days else None,
    )
    row.save(force_insert=True)
    audit.record(
        service, "key.created", actor=str(by.pk), grant=by.grant, detail={"key": str(row.pk), "scopes": row.scopes}
    )
    return Made(row, text)


def revoke(key: ProgramKey, *, by: Holder) -> None:
    """End a key for good; NotHere when it has ended already or is somebody else's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app.revoke_key(%s)", [key.pk])
        if not cursor.fetchone()[0]:
            raise NotHere()
    audit.record(key.service_id, "key.revoked", actor=str(by.pk), grant=by.grant, detail={"key": str(key.pk)})
