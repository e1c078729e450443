"""Who asks, in both proofs: what each one holds, and what none of their answers may contain."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tests.isolation.world import NOBODY, World

PROGRAM = "program with a key"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody with (or without) rights.

    `forbidden` are the texts that must never come back; rows of anybody but the `people` and the `service` must never
    change.
    """

    name: str
    forbidden: frozenset[str]
    service: UUID = NOBODY
    people: tuple[UUID, ...] = ()
    token: str = ""
    seat: str = ""
    key: str = ""
    cookie: bool = False
    reads: bool = False


def callers(world: World) -> list[Caller]:
    """Everybody: those who read something of their own, those who sit at a desk, those who hold nothing any more."""
    return [*_readers(world), *_seated(world), *_others(world)]


def _readers(world: World) -> list[Caller]:
    own, service = world.own, world.own.service.pk
    here, manager = (own.desk.person.pk,), (own.manager.pk,)
    return [
        Caller(
            name="operator", token=own.call_token, seat=own.desk.secret, reads=True, service=service, people=here,
            forbidden=world.foreign,
        ),
        Caller(
            name="right without a seat", token=own.call_token, reads=True, service=service, people=here,
            forbidden=world.foreign,
        ),
        Caller(
            name="manager", token=own.manager_token, cookie=True, reads=True, service=service, people=manager,
            forbidden=world.foreign | world.my_secrets,
        ),
        Caller(
            name=PROGRAM, key=own.key, reads=True, service=service, forbidden=world.foreign | world.my_secrets
        ),
        *(
            Caller(
                name=job, token=token, cookie=True, reads=True, people=(world.centre.people[job].pk,),
                forbidden=world.secrets,
            )
            for job, token in world.centre.tokens.items()
        ),
    ]  # fmt: skip


def _seated(world: World) -> list[Caller]:
    own, service, forbidden = world.own, world.own.service.pk, world.foreign | world.my_secrets
    here, there = (own.desk.person.pk,), (own.second.person.pk,)
    return [
        Caller(
            name="operator without the right", seat=own.desk.secret, service=service, people=here, forbidden=forbidden
        ),
        Caller(
            name="operator after the call", token=own.closed_token, seat=own.desk.secret, service=service, people=here,
            forbidden=forbidden,
        ),
        Caller(
            name="lapsed right at another seat", token=own.expired_token, seat=own.second.secret, service=service,
            people=there, forbidden=forbidden,
        ),
    ]  # fmt: skip


def _others(world: World) -> list[Caller]:
    """A held token, even a closed one, still says whose it was (`app.held_service`): nothing more."""
    own, nothing, stranger = world.own, world.everything, world.centre.stranger
    but_whose, service = nothing - {str(own.service.pk)}, own.service.pk
    return [
        Caller(name="closed right alone", token=own.closed_token, service=service, forbidden=but_whose),
        Caller(name="lapsed right alone", token=own.expired_token, service=service, forbidden=but_whose),
        Caller(
            name="manager too late", token=own.expired_manager_token, cookie=True, service=service, forbidden=but_whose
        ),
        Caller(
            name="operator cleared for nobody", seat=stranger.secret, people=(stranger.person.pk,), forbidden=nothing
        ),
        Caller(name="program with a revoked key", key=own.revoked_key, forbidden=nothing),
        Caller(name="guesser", token="guessed", seat="guessed", key="guessed", forbidden=nothing),
        Caller(name="nobody", forbidden=nothing),
    ]
