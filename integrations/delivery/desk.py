"""One claim at the desk: read and marked before the request goes out, decided and recorded when it has come back."""

import logging
import time
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation

from callcenter.contracts import (
    FailureKind,
    OrderDraft,
    Rejected,
    Stop,
    Target,
    TransportFailure,
    Unclear,
)
from callcenter.secrets.box import SealBroken
from callcenter.secrets.vault import KeyGone
from callcenter.tenancy.rules import WORKER
from callcenter.tenancy.unit import unit
from integrations.delivery import decide
from integrations.delivery.breaker import Breaker
from integrations.delivery.decide import Accept, Expire, LookAt, Outcome, Refuse, Review, SendAt, Step, Tried
from integrations.delivery.pace import LATEST_START_S, Pace
from integrations.dispatch.registry import adapter
from integrations.http import converse
from integrations.models import Connection
from orders.actions import deliver
from orders.actions.deliver import NOTHING_TRIED, Claim, Opened, Try
from orders.secrets import Known, OrderDetails

_LINK = "SELECT * FROM integrations_connection WHERE service_id = %s AND active"
PLACE, SEARCH = "place", "search"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Program:
    """The dispatch program of one service, ready to be spoken to."""

    kind: str
    settings: object
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One conversation to be held, outside every transaction."""

    claim: Claim
    program: Program
    draft: OrderDraft
    opened: Opened
    started_at: datetime
    started: float

    @property
    def purpose(self) -> str:
        return PLACE if self.claim.sending else SEARCH

    def hold(self) -> Outcome:
        """Speak to the dispatch program. An adapter that breaks has said nothing certain."""
        speaks, settings = adapter(self.program.kind), self.program.settings
        if self.claim.sending and uptime() - self.started > LATEST_START_S:
            return TransportFailure(FailureKind.NOT_SENT, "held up before it was sent")
        try:
            if self.claim.sending:
                again = self.claim.sends > 1
                return converse(speaks.place(self.draft, settings, check_duplicate=again), self.program.target)
            since = self.claim.first_sent_at or self.draft.placed_at
            return converse(speaks.search(self.draft, settings, since=since), self.program.target)
        except TransportFailure as failure:
            return failure
        except Exception as error:  # noqa: BLE001 - whatever broke, the order may have been sent
            return Unclear(reason=f"{type(error).__name__} in the conversation")


class Desk:
    """What is done with claims; its methods run in threads that hold a database connection."""

    def __init__(self, pace: Pace, breaker: Breaker) -> None:
        self._pace, self._breaker = pace, breaker

    def prepare(self, claim: Claim) -> Job | None:
        """Read the claimed order and mark it as being sent; None when no conversation is to be held."""
        with unit(WORKER, claim=claim.token):
            opened = deliver.open_claim(claim)
            link = next(iter(Connection.objects.raw(_LINK, [claim.service])), None)
        refused = self._out_of_time(claim, opened)
        if refused:
            self._apply(claim, refused, NOTHING_TRIED)
            return None
        try:
            draft = draft_of(opened, opened.secret.get(OrderDetails))
        except (KeyGone, SealBroken, ValueError) as error:
            log.error("delivery %s: its secret does not open: %s", claim.delivery, type(error).__name__)
            self._apply(claim, Review(decide.UNCONFIRMED), NOTHING_TRIED)
            return None
        program = program_of(link)
        if program is None:
            self._apply(claim, _not_set_up(claim), NOTHING_TRIED)
            return None
        marked = deliver.mark_sending(claim) if claim.sending else claim
        return Job(
            claim=marked,
            program=program,
            draft=draft,
            opened=opened,
            started_at=timezone.now(),
            started=uptime(),
        )

    def record(self, job: Job, outcome: Outcome) -> Step:
        """Decide what follows and write it, in one transaction."""
        if isinstance(outcome, TransportFailure) or _for_the_administrator(outcome):
            self._breaker.failed(job.claim.service)
        else:
            self._breaker.answered(job.claim.service)
        tried = _tried(job.claim, job.opened)
        decided = decide.after_place if job.claim.sending else decide.after_search
        step = decided(outcome, tried, self._pace)
        name, code, reason = decide.name_of(outcome)
        kept = Try(purpose=job.purpose, started_at=job.started_at, outcome=name, code=code, reason=reason)
        self._apply(job.claim, step, kept)
        if _for_the_administrator(outcome) and not tried.failures:
            log.error("delivery %s: the connection is refused: %s, %s", job.claim.delivery, code, reason)
        log.info(
            "delivery %s: %s %s %s, then %s, %d ms",
            job.claim.delivery,
            job.purpose,
            name,
            code,
            type(step).__name__,
            (uptime() - job.started) * 1000,
        )
        return step

    def park(self, claim: Claim) -> None:
        """Something of ours broke: a person decides."""
        deliver.to_review(claim, phrase=decide.UNCONFIRMED, why="error", tried=NOTHING_TRIED)

    def _out_of_time(self, claim: Claim, opened: Opened) -> Step | None:
        if not claim.sending:
            return None
        if claim.sends >= self._pace.sends_most:
            return Review(decide.UNCONFIRMED)
        return decide.overdue(_tried(claim, opened))

    def _apply(self, claim: Claim, step: Step, tried: Try) -> None:
        match step:
            case Accept(number):
                deliver.accept(claim, number, tried)
            case Refuse(refusal):
                deliver.reject(claim, refusal, tried)
            case SendAt(at, nothing_left):
                deliver.send_later(claim, at=at, nothing_left=nothing_left, tried=tried)
            case LookAt(at, searches, nothing_left):
                deliver.look_later(
                    claim,
                    at=at,
                    searches=searches,
                    nothing_left=nothing_left,
                    phrase=decide.CHECKING,
                    tried=tried,
                )
            case Review(phrase):
                deliver.to_review(claim, phrase=phrase, why=tried.outcome or "stopped", tried=tried)
            case Expire(phrase):
                deliver.expire(claim, phrase=phrase)


def uptime() -> float:
    """Seconds, counted also while the machine sleeps: another engine may have taken the order over meanwhile."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def draft_of(opened: Opened, details: OrderDetails) -> OrderDraft:
    """The order in the words of no particular dispatch program."""
    return OrderDraft(
        marker=opened.marker,
        phone=details.phone,
        route=route_of(details),
        placed_at=opened.placed_at,
        pickup_at=datetime.fromisoformat(details.pickup_at) if details.pickup_at else None,
        note=details.note,
        passenger=details.passenger,
        wishes=details.wishes,
        extra=_labelled(details),
    )


def _labelled(details: OrderDetails) -> dict[str, str]:
    """Labels in the language of the services, whoever's screen the order was typed on."""
    with translation.override(settings.LANGUAGE_CODE):
        return {translation.gettext(more.label): more.words for more in details.more}


def route_of(details: OrderDetails) -> list[Stop]:
    """The places in their order."""
    named = [
        (details.pickup, details.pickup_entrance),
        *((stop.address, stop.entrance) for stop in details.stops),
        (details.destination, details.destination_entrance),
    ]
    return [_stop(address, entrance, details.place(address)) for address, entrance in named if address]


def _stop(address: str, entrance: str, known: Known | None) -> Stop:
    """With coordinates where the dispatch program has named the place itself."""
    if known is None:
        return Stop(address=address, entrance=entrance)
    return Stop(address=address, entrance=entrance, lat=known.lat, lon=known.lon)


def program_of(link: Connection | None) -> Program | None:
    """The program behind a connection; None when there is none or its settings are wrong."""
    if link is None:
        return None
    try:
        settings = adapter(link.kind).read_settings(link.stored, link.key().secret)
    except (ValueError, KeyGone, SealBroken) as error:
        log.error("connection %s cannot be used: %s", link.pk, type(error).__name__)
        return None
    return Program(link.kind, settings, link.target())


def _for_the_administrator(outcome: Outcome) -> bool:
    return isinstance(outcome, Rejected) and outcome.configuration


def _not_set_up(claim: Claim) -> Step:
    if claim.sends:
        return Review(decide.UNCONFIRMED)
    return Refuse(Rejected(code="no_connection", phrase=decide.NOT_SET_UP, configuration=True))


def _tried(claim: Claim, opened: Opened) -> Tried:
    return Tried(
        now=timezone.now(),
        expires_at=claim.expires_at,
        first_sent_at=claim.first_sent_at,
        sends=claim.sends,
        searches=claim.searches,
        failures=opened.failures,
        looks=opened.looks,
        ends_seen=opened.ends_seen,
        similar_seen=opened.similar_seen,
    )
