"""No float reaches an amount: nothing in billing can make one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import billing

ROOT = Path(billing.__file__).parent
# A builtin or a module that works in floats, or rounds half to even.
FORBIDDEN_NAMES = {"float", "round"}
FORBIDDEN_MODULES = {"math", "statistics", "fractions", "cmath", "numpy"}
FORBIDDEN_FIELDS = {"FloatField"}
# Where Decimals are divided; everywhere else in the tariffs a quotient is a whole number.
DIVIDING = {"adviser.py", "case_models.py", "proration.py", "vat.py"}


def misuse(source: str, *, divides: bool = True) -> list[str]:
    """What a reader would object to, with its line."""
    return [f"{node.lineno}: {what}" for node, what in _found(ast.parse(source), divides=divides)]


def _found(tree: ast.AST, *, divides: bool) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float()):
                yield node, "a float literal"
            case ast.Name(id=name) if name in FORBIDDEN_NAMES:
                yield node, name
            case ast.Attribute(attr=name) if name in FORBIDDEN_FIELDS:
                yield node, name
            case ast.Attribute(attr="quantize"):
                yield node, "quantize: money.round_half_up rounds"
            case ast.Import(names=names) if FORBIDDEN_MODULES & {alias.name.split(".")[0] for alias in names}:
                yield node, "a module of floats"
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in FORBIDDEN_MODULES:
                yield node, "a module of floats"
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()) if not divides:
                yield node, "a true division"


def test_no_float_no_round_and_no_other_rounding_in_billing() -> None:
    for path in ROOT.rglob("*.py"):
        assert misuse(path.read_text(encoding="utf-8")) == [], path


def test_only_proration_tax_and_averages_divide() -> None:
    for path in (ROOT / "tariffs").glob("*.py"):
        assert misuse(path.read_text(encoding="utf-8"), divides=path.name in DIVIDING) == [], path


def test_the_reader_finds_every_misuse() -> None:
    source = "\n".join(
        [
            "rate = 5.95",
            "total = float(rate)",
            "total = round(total, 2)",
            "price = models.FloatField()",
            "total = amount.quantize(KOPECK)",
            "import math",
            "from statistics import mean",
            "each = total / count",
            "each /= 2",
        ]
    )

    found = {line.partition(":")[0] for line in misuse(source, divides=False)}
    assert found == {str(line) for line in range(1, 10)}
    assert misuse("day = Decimal('5.95') * 3 // 1") == []
