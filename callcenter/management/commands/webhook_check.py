"""`manage.py webhook_check URL`: whether a service's own receiver of signed webhooks keeps the rules."""

import os
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from callcenter.contracts import Target
from integrations.dispatch.webhook.conformance import verdicts
from integrations.dispatch.webhook.settings import read_settings
from integrations.http import send

NOBODY = UUID(int=0)


class Command(BaseCommand):
    help = (
        "Send a receiver of signed webhooks what it must take and what it must refuse; the key stands in WEBHOOK_KEY. "
        "It places two orders whose marker begins with TEST."
    )
    requires_system_checks: list[str] = []

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", help="such as https://taxi.example.ru/callcenter")
        parser.add_argument("--fingerprint", default="", help="SHA-256 of the certificate to believe")
        parser.add_argument("--private", action="store_true", help="permit an address on a private network")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        parts = urlsplit(options["url"])
        target = Target(
            service=NOBODY,
            base_url=f"{parts.scheme}://{parts.netloc}",
            fingerprint=options["fingerprint"],
            private_allowed=options["private"],
        )
        try:
            settings = read_settings({"path": parts.path or "/"}, os.environ.get("WEBHOOK_KEY", ""))
        except ValueError as error:
            raise CommandError(str(error)) from None
        broken = 0
        for verdict in verdicts(settings, lambda request: send(request, target)):
            broken += not verdict.kept
            self.stdout.write(f"{'kept  ' if verdict.kept else 'BROKEN'}  {verdict.rule}: {verdict.seen}")
        if broken:
            raise CommandError(f"{broken} rules are broken: an order may be lost, doubled or forged.")
