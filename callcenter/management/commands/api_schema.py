"""`manage.py api_schema`: write the OpenAPI documents of both processes into docs/api."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from callcenter.api.documents import FOLDER, text_of
from callcenter.api.schema import Document
from integrations.ask.described import ASK_PATHS, ASK_SCHEMAS
from integrations.telephony.described import SCHEMES, SWITCH_PATHS, SWITCH_SCHEMAS
from orders.api import described  # noqa: F401 - the description comes with the commands

DOCUMENTS = {
    "web": Document(
        title="The web process",
        description="The commands of the operator's page, its look-ups, and the addresses for programs of a service.",
        urlconf="callcenter.urls",
        paths=ASK_PATHS,
        schemas=ASK_SCHEMAS,
    ),
    "switch": Document(
        title="The switch",
        description="What telephone exchanges say and ask, signed.",
        urlconf="callcenter.switch_urls",
        paths=SWITCH_PATHS,
        schemas=SWITCH_SCHEMAS,
        schemes=SCHEMES,
    ),
}


class Command(BaseCommand):
    help = "Write docs/api/web.yaml and docs/api/switch.yaml; with --check, only say whether they are up to date."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; end with 1 when a document is stale")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        stale = []
        for name, document in DOCUMENTS.items():
            path, text = FOLDER / f"{name}.yaml", text_of(document)
            if path.exists() and path.read_text(encoding="utf-8") == text:
                continue
            stale.append(path.name)
            if not options["check"]:
                path.write_text(text, encoding="utf-8")
        if options["check"] and stale:
            raise CommandError(f"{', '.join(stale)} in docs/api no longer fit the code: run manage.py api_schema.")
        self.stdout.write(f"written: {', '.join(stale)}" if stale else "up to date")
