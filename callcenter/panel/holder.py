"""Who a panel's request comes from: the person whose tenant or staff right the browser holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.db import connection
from django.http import HttpRequest
from typing_extensions import override

from callcenter.models import Job

POLL_HEADER = "X-Poll"


@dataclass(frozen=True, slots=True)
class Holder:
    """Stands in `request.user`. Rights come from the job, per model and page; rows from the database's policies."""

    pk: UUID
    name: str
    job: str
    grant: UUID
    service_id: UUID | None = None

    is_active: ClassVar[bool] = True
    is_staff: ClassVar[bool] = True
    is_authenticated: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    @override
    def __str__(self) -> str:
        return self.name

    def get_username(self) -> str:
        """Django's name for what stands in the page's head."""
        return self.name

    def get_short_name(self) -> str:
        """As above."""
        return self.name

    def has_usable_password(self) -> bool:
        """Passwords are changed by invitation links, not in the stock admin."""
        return False

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """The stock permission tables are not used."""
        return False

    def has_module_perms(self, label: str) -> bool:
        """As above."""
        return False


def holder_of(request: HttpRequest) -> Holder | None:
    """Ask the database who holds the request's right; a page that polls does not keep it alive."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, name, job, grant_id, service_id FROM app.holder(%s)",
            [POLL_HEADER not in request.headers],
        )
        row = cursor.fetchone()
    return Holder(*row) if row else None


def home_of(job: str) -> str:
    """Where this job starts its day."""
    return {Job.OPERATOR: "/", Job.MANAGER: "/service/"}.get(Job(job), "/centre/")
