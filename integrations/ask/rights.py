"""What a look-up needs to know, read under the grant of the call; and whether that grant still holds afterwards."""

import logging
from dataclasses import dataclass
from uuid import UUID

from django.utils import translation

from callcenter.models import Wish
from callcenter.secrets.box import SealBroken
from callcenter.secrets.vault import KeyGone
from callcenter.tenancy.rules import WEB
from callcenter.tenancy.unit import unit
from integrations.ask import body
from integrations.ask.questions import Kind, Program, Question
from integrations.dispatch.registry import adapter
from integrations.models import Connection
from orders.access import HeldCall, held_call
from orders.actions.place import caller_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Held:
    """What the browser holds of one call, and the language in which it is refused."""

    call: UUID
    token: str
    seat: str
    language: str


def prepare(held: Held, kind: Kind, raw: bytes) -> tuple[Program, Question] | None:
    """Read the question under the grant; None when there is nobody to ask: no connection, or settings that do not
    hold. Refused without the right, and for a question that is none.
    """
    with translation.override(held.language), unit(WEB, token=held.token, seat=held.seat):
        call = held_call(held.call)
        asked = body.read(raw) if kind.method == "POST" else body.Body({})
        program = _program(call, kind)
        return (program, kind.ask(program, asked)) if program else None


def still_allowed(held: Held) -> None:
    """Raise Refused when the right has ended meanwhile."""
    with translation.override(held.language), unit(WEB, token=held.token, seat=held.seat):
        held_call(held.call)


def _program(held: HeldCall, kind: Kind) -> Program | None:
    service = held.call.service
    connection = Connection.objects.filter(service=service, active=True).first()
    if connection is None:
        return None
    speaks = adapter(connection.kind)
    try:
        settings = speaks.read_settings(connection.stored, connection.key().secret)
    except (ValueError, KeyGone, SealBroken) as error:
        log.error("the connection of %s cannot be used: %s", service.pk, type(error).__name__)
        return None
    return Program(
        service=service.pk,
        connection=connection.pk,
        zone=service.time_zone,
        country=service.country,
        speaks=speaks,
        settings=settings,
        target=connection.target(),
        phone=caller_of(held).phone if kind.of_the_caller else "",
        wishes=frozenset(Wish.objects.filter(service=service).values_list("code", flat=True)),
    )
