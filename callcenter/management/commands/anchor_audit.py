"""`manage.py anchor_audit --out FILE`: add the end of every audit chain to a file outside the database."""

import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone
from typing_extensions import override

from callcenter import audit


class Command(BaseCommand):
    help = (
        "Append one JSON line per audit chain to a file, for a place that the database cannot write to (role worker)."
    )

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="the file; made if it is missing")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["out"]
        try:
            ends = audit.anchors()
        except DatabaseError as error:
            raise CommandError(
                f"The audit chains cannot be read ({type(error).__name__}): run this with CALLCENTER_ROLE=worker and a "
                "database that answers."
            ) from error
        now = timezone.now().isoformat(timespec="seconds")
        lines = [
            json.dumps({"at": now, "chain": str(end.chain), "seq": end.seq, "hash": end.hash.hex()}) for end in ends
        ]
        _append(path, "".join(f"{line}\n" for line in lines))
        self.stdout.write(f"{len(ends)} chains anchored in {path}.")


def _append(path: Path, text: str) -> None:
    """Write all lines at once and wait until the disk has them."""
    try:
        with path.open("a", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise CommandError(
            f"{path} cannot be written: {error.strerror}. Name a file in a folder that is ours."
        ) from error
