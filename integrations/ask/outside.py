"""The outbound half of a look-up: one conversation with the dispatch program, over in the time that the page waits."""

import logging
from collections.abc import Callable
from dataclasses import replace

from callcenter.contracts import FailureKind, HttpRequest, HttpResponse, Target, TransportFailure, Trouble
from integrations.ask.questions import LATE, Answer, Program, Question
from integrations.egress import Deadline
from integrations.http import converse, send

log = logging.getLogger(__name__)


def put(program: Program, question: Question, patience_s: float) -> Answer:
    """Ask the program; whatever goes wrong with it, the page hears that the answer is late."""
    if question.talk is None:
        return LATE
    try:
        return question.tell(converse(question.talk, program.target, send=within(patience_s)))
    except TransportFailure as failure:
        log.info("look-up at %s: %s", program.service, failure)
    except Exception as error:  # noqa: BLE001 - an adapter that breaks must not break the dialog
        log.error("look-up at %s: %s in the conversation", program.service, type(error).__name__)
    return LATE


def within(seconds: float) -> Callable[[HttpRequest, Target], HttpResponse]:
    """A sender that gives all requests of one conversation together this much time."""
    deadline = Deadline(seconds)

    def bounded(request: HttpRequest, target: Target) -> HttpResponse:
        try:
            left = deadline.left()
        except TimeoutError:
            raise TransportFailure(FailureKind.NOT_SENT, "no time left for it", Trouble.SILENT) from None
        return send(
            replace(
                request,
                connect_timeout_s=min(request.connect_timeout_s, left),
                read_timeout_s=min(request.read_timeout_s, left),
            ),
            target,
        )

    return bounded
