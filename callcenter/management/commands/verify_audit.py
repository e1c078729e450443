"""`manage.py verify_audit [--anchors FILE]`: exit 1 with the first broken place of every audit chain."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from typing_extensions import override

from callcenter import audit

Anchored = dict[UUID, dict[int, bytes]]
MEANING = {
    "missing": "an entry is missing here",
    "altered": "this entry was altered",
    "replaced": "this entry is not the one that was anchored",
    "cut off": "the end was cut off from here",
    "head": "the entries do not end as the chain's head says",
}


class Command(BaseCommand):
    help = "Compute every audit chain again and compare it with its head and its published anchors (role migrate)."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchors", type=Path, help="a file written by anchor_audit")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        anchored = read_anchors(options["anchors"]) if options["anchors"] else {}
        try:
            chains = sorted({*audit.chains(), *anchored})
            found = [audit.verify(chain, anchored=anchored.get(chain)) for chain in chains]
        except DatabaseError as error:
            raise CommandError(
                f"The audit trail cannot be read ({type(error).__name__}): run this with CALLCENTER_ROLE=migrate and a "
                "database that answers; no role of a process may read the trail."
            ) from error
        broken = [place for place in found if place]
        if broken:
            raise CommandError(
                "The audit trail does not hold:\n"
                + "\n".join(f"- chain {place.chain}, entry {place.seq}: {MEANING[place.why]}" for place in broken)
            )
        compared = sum(len(places) for places in anchored.values())
        self.stdout.write(f"{len(chains)} chains hold; {compared} anchors compared.")


def read_anchors(path: Path) -> Anchored:
    """Return the published hashes by chain and place; CommandError names the line that is none."""
    anchored: Anchored = defaultdict(dict)
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read as anchors: {error}.") from error
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            chain, seq, digest = UUID(entry["chain"]), int(entry["seq"]), bytes.fromhex(entry["hash"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CommandError(
                f"{path}, line {number} is no anchor: a JSON object with chain, seq and hash is expected."
            ) from error
        if anchored[chain].setdefault(seq, digest) != digest:
            raise CommandError(f"{path}, line {number} contradicts an earlier line on entry {seq} of chain {chain}.")
    return dict(anchored)
