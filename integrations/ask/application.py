"""The ASGI application beside Django."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from uuid import UUID

from django.conf import settings

from callcenter.cookies import GRANT_HEADER, SEAT_COOKIE
from callcenter.monitoring import metrics
from callcenter.plain_asgi import DatabasePool, Receive, Scope, Send, answer_json, cookie, header, read_body
from callcenter.refusals import Refused
from integrations.ask.body import MOST_BYTES
from integrations.ask.cache import HintCache
from integrations.ask.outside import put
from integrations.ask.questions import KINDS, LATE, Answer, Kind, Program, Question
from integrations.ask.rights import Held, prepare, still_allowed
from integrations.ask.turns import Turns

OUTBOUND_THREADS = 64
DATABASE_THREADS = 4
_PATH = re.compile(rf"^/ask/({'|'.join(KINDS)})/([0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})$")
_LANGUAGES = frozenset(code for code, _ in settings.LANGUAGES)


class Ask:
    """Look-ups by kind and call. The right to a call comes in a header, which no other site's page can send."""

    def __init__(self) -> None:
        self.pool = DatabasePool(DATABASE_THREADS, "ask")
        self.outbound = ThreadPoolExecutor(max_workers=OUTBOUND_THREADS, thread_name_prefix="ask-out")
        self.turns = Turns()
        self.cache = HintCache()

    def close(self) -> None:
        """Let the threads end."""
        self.pool.close()
        self.outbound.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match = _PATH.match(scope["path"])
        kind = KINDS[match[1]] if match else None
        if match is None or kind is None:
            await answer_json(send, 404, _refusal("unknown", ""))
            return
        if scope["method"] != kind.method:
            await answer_json(send, 405, _refusal("method_not_allowed", ""), (b"allow", kind.method.encode()))
            return
        begun = monotonic()
        status, payload = await self._told(scope, receive, kind, UUID(match[2]))
        outcome = "refused" if status >= 400 else "late" if payload is LATE else "told"
        metrics.lookups.labels(kind.name, outcome).inc()
        metrics.lookup_seconds.labels(kind.name).observe(monotonic() - begun)
        await answer_json(send, status, payload)

    async def _told(self, scope: Scope, receive: Receive, kind: Kind, call: UUID) -> tuple[int, Answer]:
        body = await read_body(receive, most=MOST_BYTES) if kind.method == "POST" else b""
        held = Held(call, header(scope, GRANT_HEADER), cookie(scope, SEAT_COOKIE), _language(scope))
        try:
            return 200, await self._answer(held, kind, body)
        except Refused as refusal:
            return refusal.status, _refusal(refusal.code, refusal.sentence, refusal.fields)

    async def _answer(self, held: Held, kind: Kind, body: bytes) -> Answer:
        """What waited for nobody is answered under the right just checked; for all else it is checked once more."""
        prepared = await self.pool.run(prepare, held, kind, body)
        if prepared is None:
            return LATE
        program, question = prepared
        known = question.known or (question.text and self.cache.get(program.service, question.text))
        if known:
            return known
        found = await self._outside(held, kind, program, question)
        await self.pool.run(still_allowed, held)
        return found

    async def _outside(self, held: Held, kind: Kind, program: Program, question: Question) -> Answer:
        until = monotonic() + kind.patience_s
        key = (held.call, kind.name) if kind.newest else None
        turn = await self.turns.take(program.service, key, patience_s=kind.patience_s)
        if turn is None:
            return LATE
        left = max(0.0, until - monotonic())
        asked = asyncio.get_running_loop().run_in_executor(self.outbound, put, program, question, left)

        def ended(done: "asyncio.Future[Answer]") -> None:
            self.turns.give_back(turn)
            if question.text and not done.cancelled() and done.result() is not LATE:
                self.cache.put(program.service, question.text, done.result())

        asked.add_done_callback(ended)
        finished, _ = await asyncio.wait({asked}, timeout=left)
        return asked.result() if finished else LATE


def _language(scope: Scope) -> str:
    chosen = cookie(scope, settings.LANGUAGE_COOKIE_NAME)
    return chosen if chosen in _LANGUAGES else settings.LANGUAGE_CODE


def _refusal(code: str, sentence: str, fields: dict[str, str] | None = None) -> Answer:
    return {"error": {"code": code, "sentence": sentence, "fields": fields or {}}}
