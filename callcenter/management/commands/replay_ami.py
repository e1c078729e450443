"""`manage.py replay_ami FILE`: play a recorded transcript of an Asterisk through the same path that a live exchange
takes.

Prints each normalised event as one JSON line and, when a call ends, its outcome. Calls on a number that is no line of
any service are reported as `unknown_line` and not stored.
"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from typing_extensions import override

from callcenter.contracts import CallEvent, CallEventType
from callcenter.tenancy.rules import SWITCH
from callcenter.tenancy.unit import unit
from integrations.telephony.asterisk.normaliser import normalise_stream
from integrations.telephony.asterisk.transcript import wire_bytes
from integrations.telephony.events import event_json
from orders.actions import calls


class Command(BaseCommand):
    help = "Replay a recorded AMI transcript through the call path and print events and outcomes as JSON lines."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--instance", default="replay", help="name of the exchange whose calls these are")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}. Give the path of a transcript.") from error
        for event in normalise_stream(wire_bytes(lines), instance=options["instance"], received_at=timezone.now()):
            self._take(event)

    def _take(self, event: CallEvent) -> None:
        self.stdout.write(json.dumps(event_json(event), ensure_ascii=False))
        with unit(SWITCH):
            recorded = calls.record(event)
            if event.type is CallEventType.ENDED:
                outcome = recorded.call.outcome if recorded.call else (event.outcome or "")
                self.stdout.write(
                    json.dumps({"call": event.call_id, "outcome": str(outcome), "result": recorded.result})
                )
