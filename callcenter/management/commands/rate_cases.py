"""`manage.py rate_cases FILE.json`: rate the cases of a file, and say which fail and which ask for what is not sold."""

import json
import sys
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from billing.tariffs.case_models import NOT_SOLD, Answer
from billing.tariffs.cases import Case, Outcome, judge, read_case


class Command(BaseCommand):
    help = "Rate the cases of a JSON file and compare; the exit code is 1 when one fails."
    requires_system_checks = ()

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        outcomes = [judge(case) for case in _read(options["file"])]
        failed = [outcome for outcome in outcomes if outcome.failed]
        for outcome in failed:
            got = outcome.error or _shown(outcome.got)
            self.stdout.write(f"{outcome.case.id}: expected {_shown(outcome.case.expected)}, got {got}")
        unsold = self._name_unsold(outcomes)
        passed = len(outcomes) - len(failed) - unsold
        self.stdout.write(f"passed {passed}, failed {len(failed)}, not sold {unsold}")
        if failed:
            sys.exit(1)

    def _name_unsold(self, outcomes: Sequence[Outcome]) -> int:
        """One line per kind of what is not sold; returns how many cases ask for it."""
        cases = defaultdict[str, list[str]](list)
        for outcome in outcomes:
            if outcome.unsold:
                cases[outcome.unsold].append(outcome.case.id)
        for key, ids in cases.items():
            self.stdout.write(f"not sold, {key} ({', '.join(ids)}): {NOT_SOLD[key]}")
        return sum(len(ids) for ids in cases.values())


def _read(path: Path) -> Sequence[Case]:
    """The cases of the file; numbers that are written without quotes stay exact."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise CommandError(f"{path} is no JSON in UTF-8: {error}.") from error
    if not isinstance(rows, list):
        raise CommandError(f"{path} holds no list of cases: [{{…}}, {{…}}] is expected.")
    try:
        return [read_case(row) for row in rows]
    except ValueError as error:
        raise CommandError(f"{path}: {error}") from error


def _shown(answer: Answer | None) -> str:
    if isinstance(answer, dict):
        return ", ".join(f"{name} {value:f}" for name, value in answer.items())
    return f"{answer:f}" if isinstance(answer, Decimal) else "nothing"
