"""How connections stand: the newest of what the last check and the last order say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext

from callcenter.contracts import Ability, FailureKind, Trouble
from callcenter.models import TaxiService
from integrations.models import CheckState, Connection, ConnectionCheck
from integrations.troubles import OFF, UNKNOWN, Words, words_of
from orders.models import Attempt, Delivery, DeliveryState

_ANSWERED = frozenset({"placed", "rejected", "similar", "found", "none", "several"})
WAITING = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.UNKNOWN, DeliveryState.RESOLVING)
LEFT = (DeliveryState.REVIEW, DeliveryState.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """State and since when it is known; how many orders wait for the program, and how many for a person."""

    state: str
    at: datetime | None = None
    by_order: bool = False
    shown_fingerprint: str = ""
    took_ms: int | None = None
    waiting: int = 0
    oldest: datetime | None = None
    left: int = 0
    abilities: Mapping[str, str] = field(default_factory=dict)

    @property
    def lacking(self) -> list[tuple[str, str]]:
        """The program's requests that are not there for us, with the reason; orders pass all the same."""
        said = {Ability.MISSING: gettext("not there"), Ability.FORBIDDEN: gettext("not allowed")}
        return [(name, said[Ability(able)]) for name, able in self.abilities.items() if able in said]

    @property
    def words(self) -> Words:
        """The state in words."""
        return words_of(self.state)

    @property
    def being_checked(self) -> bool:
        """Whether a check is under way."""
        return self.state == CheckState.WAITING


@dataclass(frozen=True, slots=True)
class _Queue:
    waiting: int = 0
    oldest: datetime | None = None
    left: int = 0


def standings(connections: Iterable[Connection]) -> dict[UUID, Standing]:
    """The standing of each of these connections, in five queries."""
    listed = list(connections)
    services = {connection.service_id for connection in listed}
    checks = {check.connection_id: check for check in _latest_checks(listed)}
    able = {check.connection_id: check.abilities for check in _latest_checks(listed).exclude(abilities={})}
    tries = {item.service_id: item for item in _latest_tries(services)}
    queues = _queues(services)
    return {
        item.pk: replace(
            _stands(item, checks.get(item.pk), tries.get(item.service_id), queues.get(item.service_id, _Queue())),
            abilities=able.get(item.pk, {}),
        )
        for item in listed
    }


def standing(connection: Connection) -> Standing:
    """The standing of one connection."""
    return standings([connection])[connection.pk]


def state_of_try(outcome: str, code: str) -> str:
    """What a try to deliver an order tells of the connection."""
    if outcome in _ANSWERED:
        return CheckState.OK
    if code in frozenset(Trouble):
        return code
    known = {FailureKind.NOT_SENT: Trouble.UNREACHABLE, FailureKind.UNKNOWN: Trouble.SILENT}
    return known.get(outcome, Trouble.OTHER)  # type: ignore[call-overload,no-any-return]


def _stands(connection: Connection, check: ConnectionCheck | None, tried: Attempt | None, queue: _Queue) -> Standing:
    found = Standing(state=UNKNOWN if connection.active else OFF)
    if check is not None:
        found = Standing(
            state=check.state,
            at=check.finished_at or check.asked_at,
            shown_fingerprint=check.shown_fingerprint,
            took_ms=check.took_ms,
        )
    if tried is not None and connection.active and _is_news(tried, check):
        state = state_of_try(tried.outcome, tried.code)
        shown = found.shown_fingerprint if found.state == state else ""
        found = Standing(state=state, at=tried.finished_at, by_order=True, shown_fingerprint=shown)
    return replace(found, waiting=queue.waiting, oldest=queue.oldest, left=queue.left)


def _is_news(tried: Attempt, check: ConnectionCheck | None) -> bool:
    return check is None or (check.finished_at is not None and tried.finished_at > check.finished_at)


def _latest_checks(connections: list[Connection]) -> QuerySet[ConnectionCheck]:
    newest = ConnectionCheck.objects.filter(connection__in=connections)
    return newest.order_by("service", "connection", "-asked_at", "-id").distinct("service", "connection")


def _latest_tries(services: set[UUID]) -> QuerySet[Attempt]:
    """One row a service, by its index: ids grow with time."""
    newest = Attempt.objects.filter(service=OuterRef("pk")).order_by("-id").values("id")[:1]
    latest = (
        TaxiService.objects.filter(pk__in=services).annotate(latest=Subquery(newest)).values_list("latest", flat=True)
    )
    return Attempt.objects.filter(service__in=services, pk__in=list(latest))


def _queues(services: set[UUID]) -> dict[UUID, _Queue]:
    waits, left = Q(state__in=WAITING), Q(state__in=LEFT)
    rows = (
        Delivery.objects.filter(waits | left, service__in=services)
        .values("service")
        .annotate(
            waiting=Count("id", filter=waits), oldest=Min("created_at", filter=waits), left=Count("id", filter=left)
        )
    )
    return {row["service"]: _Queue(row["waiting"], row["oldest"], row["left"]) for row in rows}
