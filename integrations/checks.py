"""Checks of connections: asked for in a request or every hour, put by a worker, outcome kept.

The request writes a row and queues its id; the worker speaks to the program with no transaction open and writes how it
ended. A row whose message was lost is taken up by the sweep.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from time import monotonic
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from callcenter.contracts import (
    Abilities,
    Ability,
    HttpRequest,
    HttpResponse,
    Lists,
    Rejected,
    Target,
    TransportFailure,
    Trouble,
    Unclear,
)
from callcenter.later import queue
from callcenter.secrets.box import SealBroken
from callcenter.secrets.vault import KeyGone
from callcenter.tenancy.rules import WORKER
from callcenter.tenancy.unit import unit
from integrations.dispatch.registry import adapter
from integrations.egress import certificate_fingerprint, read_place
from integrations.http import Pool, Sender, converse, send
from integrations.models import CheckState, Connection, ConnectionCheck

TASK = "integrations.check_connection"
CONNECT_S, READ_S = 3.0, 5.0
EVERY, LOOK_AROUND_EVERY = timedelta(hours=1), timedelta(hours=20)
LOST_AFTER = timedelta(seconds=10)
KEPT_FOR = timedelta(days=7)
MOST_AT_A_TIME = 100
_CERTIFICATES = (Trouble.CERTIFICATE_CHANGED, Trouble.CERTIFICATE_UNTRUSTED)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """How a check ended."""

    state: str
    reason: str = ""
    shown_fingerprint: str = ""
    offered: Mapping[str, list[tuple[str, str]]] = field(default_factory=dict)
    abilities: Mapping[str, str] = field(default_factory=dict)


def ask_for(connection: Connection) -> ConnectionCheck:
    """Write down that the connection is to be checked, and let a worker know; one that waits already is enough."""
    now = timezone.now()
    waiting = ConnectionCheck.objects.filter(
        service=connection.service_id, connection=connection, state=CheckState.WAITING, asked_at__gt=now - LOST_AFTER
    )
    found = waiting.first()
    if found is not None:
        return found
    check = ConnectionCheck(service_id=connection.service_id, connection=connection, asked_at=now)
    check.save(force_insert=True)
    queue(TASK, str(check.pk))
    return check


def carry_out(check: UUID) -> str:
    """Put the question and keep the outcome; safe to run twice. Returns the state, empty when nothing waits."""
    with unit(WORKER):
        asked = ConnectionCheck.objects.filter(pk=check, state=CheckState.WAITING).first()
        connection = Connection.with_key.filter(pk=asked.connection_id).first() if asked else None
        question = _question(connection) if connection else None
    if asked is None or question is None:
        return ""
    started = monotonic()
    found = question()
    took = round((monotonic() - started) * 1000)
    with unit(WORKER):
        ConnectionCheck.objects.filter(pk=check, state=CheckState.WAITING).update(
            state=found.state, reason=found.reason[:200], shown_fingerprint=found.shown_fingerprint, took_ms=took,
            finished_at=timezone.now(), offered=found.offered, abilities=found.abilities,
        )  # fmt: skip
    log.info("connection %s: %s %s, %d ms", asked.connection_id, found.state, found.reason, took)
    return found.state


def due() -> list[UUID]:
    """Ask for a check of every connection not heard of for an hour; return those asked for whose message was lost. Old
    outcomes are forgotten by the way.
    """
    now = timezone.now()
    with unit(WORKER):
        ConnectionCheck.objects.filter(asked_at__lt=now - KEPT_FOR).delete()
        lost = ConnectionCheck.objects.filter(state=CheckState.WAITING, asked_at__lt=now - LOST_AFTER)
        recent = ConnectionCheck.objects.filter(
            service=OuterRef("service"), connection=OuterRef("pk"), asked_at__gt=now - EVERY
        )
        unheard = Connection.objects.filter(~Exists(recent), active=True, service__active=True)
        for connection in unheard.order_by("pk")[:MOST_AT_A_TIME]:
            ask_for(connection)
        return list(lost.values_list("pk", flat=True)[:MOST_AT_A_TIME])


def _question(connection: Connection) -> Callable[[], Found]:
    """What is to be asked, with everything that it takes from the database."""
    try:
        settings = adapter(connection.kind).read_settings(connection.stored, connection.key().secret)
    except (KeyGone, SealBroken) as error:
        found = Found(Trouble.KEY, f"the stored key does not open: {type(error).__name__}")
        return lambda: found
    except ValueError:
        missing = Found(Trouble.SETTINGS if connection.key_id else Trouble.KEY, "the stored settings do not hold")
        return lambda: missing
    kind, target, known = connection.kind, connection.target(), _has_looked_around(connection)
    return lambda: _answer(kind, settings, target, known=known)


def _has_looked_around(connection: Connection) -> bool:
    """Whether a check of the last day has, with nothing lacking. Where something lacks, the next check looks again: the
    service may just have allowed it.
    """
    looked = ConnectionCheck.objects.filter(service=connection.service_id, connection=connection).exclude(abilities={})
    last = looked.filter(asked_at__gt=timezone.now() - LOOK_AROUND_EVERY).order_by("-asked_at").first()
    return last is not None and set(last.abilities.values()) == {Ability.PRESENT}


def _answer(kind: str, settings: object, target: Target, *, known: bool) -> Found:
    """Hold the conversation; whatever breaks in it is an outcome."""
    with closing(Pool()) as pool:
        quickly = partial(_quickly, pool=pool)
        found = _checked(kind, settings, target, quickly)
        if known or found.state != CheckState.OK:
            return found
        return _look_around(found, kind, settings, target, quickly)


def _checked(kind: str, settings: object, target: Target, quickly: Sender) -> Found:
    try:
        outcome = converse(adapter(kind).check(settings), target, send=quickly)
    except TransportFailure as failure:
        return Found(failure.trouble, failure.reason, _shown(target) if failure.trouble in _CERTIFICATES else "")
    except Exception as error:  # noqa: BLE001 - an adapter that breaks must not stop the worker
        return Found(Trouble.OTHER, f"{type(error).__name__} in the conversation")
    match outcome:
        case None:
            return Found(CheckState.OK)
        case Rejected():
            return Found(outcome.trouble, f"refused with code {outcome.code}")
        case Unclear():
            return Found(Trouble.OTHER, outcome.reason)


def _look_around(found: Found, kind: str, settings: object, target: Target, quickly: Sender) -> Found:
    """What there is to choose from, and what we may do. What cannot be told is left open: orders pass without it."""
    speaks = adapter(kind)
    try:
        lists = converse(speaks.lists(settings), target, send=quickly)
        able = converse(speaks.probe(settings), target, send=quickly)
    except Exception as error:  # noqa: BLE001 - the check itself is in order
        log.warning("a program could not be looked around in: %s", type(error).__name__)
        return found
    offered = lists.choices if isinstance(lists, Lists) else {}
    return replace(
        found,
        offered={name: [(one.value, one.label) for one in choices] for name, choices in offered.items()},
        abilities=dict(able.abilities) if isinstance(able, Abilities) else {},
    )


def _quickly(request: HttpRequest, target: Target, *, pool: Pool) -> HttpResponse:
    """On connections of the check's own: an older one may date from before a repair or a change of certificate."""
    own = replace(request, connect_timeout_s=CONNECT_S, read_timeout_s=READ_S, fresh_connection=False)
    return send(own, target, pool=pool)


def _shown(target: Target) -> str:
    """The certificate that a person has to compare."""
    try:
        place = read_place(target)
        return certificate_fingerprint(place.host, place.port, private_allowed=target.private_allowed)
    except TransportFailure:
        return ""
