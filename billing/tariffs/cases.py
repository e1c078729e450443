"""Rating cases from a file: what our kinds of tariff make of a count that somebody else has priced.

What we do not sell is answered by name and reason, never left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, DecimalException

from billing.tariffs.case_models import Answer, NotSold, answer

_FIELDS = frozenset({"id", "model", "parameters", "units", "expected_amount"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case of the file; a single count is a list of one here."""

    id: str
    model: str
    parameters: Mapping[str, object]
    units: Sequence[str]
    expected: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a case: `unsold` is a key of NOT_SOLD or empty, `error` a sentence or empty."""

    case: Case
    got: Answer | None = None
    unsold: str = ""
    error: str = ""

    @property
    def passed(self) -> bool:
        return self.got is not None and self.got == self.case.expected

    @property
    def failed(self) -> bool:
        return not self.passed and not self.unsold


def read_case(row: object) -> Case:
    """One object of the file; ValueError names what is missing or no amount."""
    if not isinstance(row, Mapping):
        raise ValueError(f"{row!r} is no case: an object with {', '.join(sorted(_FIELDS))} is expected.")
    name = f"Case {row.get('id', 'without id')}"
    if missing := _FIELDS - row.keys():
        raise ValueError(f"{name}: {', '.join(sorted(missing))} is missing.")
    if not isinstance(row["parameters"], Mapping):
        raise ValueError(f"{name}: its parameters are {row['parameters']!r}, but an object is expected.")
    units = row["units"] if isinstance(row["units"], list) else [row["units"]]
    return Case(
        id=str(row["id"]),
        model=str(row["model"]),
        parameters=row["parameters"],
        units=[str(item) for item in units],
        expected=_expected(name, row["expected_amount"]),
    )


def judge(case: Case) -> Outcome:
    """Rate the case; what cannot be rated is a failure that says why."""
    try:
        return Outcome(case=case, got=answer(case.model, case.parameters, case.units))
    except NotSold as unsold:
        return Outcome(case=case, unsold=unsold.key)
    except ValueError as error:
        return Outcome(case=case, error=str(error))
    except DecimalException:
        return Outcome(case=case, error="its figures have no result")


def _expected(name: str, value: object) -> Answer:
    """An amount, or several by their names."""
    try:
        if isinstance(value, Mapping):
            return {str(key): Decimal(str(item)) for key, item in value.items()}
        return Decimal(str(value))
    except DecimalException:
        raise ValueError(f"{name}: the expected {value!r} is no amount.") from None
