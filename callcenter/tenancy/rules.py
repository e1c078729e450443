"""The words in which an app declares who may read and write the rows of its tables.

Every app has a module `isolation` with a `MATRIX`: table -> rules. `manage.py migrate` ends by writing them into
PostgreSQL, `check_isolation` compares them with the catalogue. What no rule allows, nobody may do. A second table,
`FUNCTIONS`, says who may execute what of the app's SQL, where the rights themselves are granted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

WEB, AUTH, SWITCH, WORKER, BILLING = "cc_web", "cc_auth", "cc_switch", "cc_worker", "cc_billing"
ROLES = (WEB, AUTH, SWITCH, WORKER, BILLING)

# What a function of the schema `app` does, by the columns of pg_proc `p`: the same in every version of PostgreSQL.
FUNCTION_DIGEST = "md5(concat_ws('|', p.prosrc, p.proconfig::text, p.prosecdef, p.provolatile))"

# Which rows: SQL over the row's columns. The scalar sub-selects are evaluated once per statement, not once per row.
ANY = "true"
OWN_SERVICE = "service_id = (SELECT app.tenant())"
CALL_SERVICE = "service_id = (SELECT app.call_service())"


def by_key(scope: str) -> str:
    """Rows of the service whose program asks, if its key opens this scope."""
    return f"service_id = (SELECT app.key_service('{scope}'))"


def own_call(column: str = "call_id") -> str:
    """Rows of the one call whose grant the request holds."""
    return f"{CALL_SERVICE} AND {column} = (SELECT app.call())"


def staff(*jobs: str) -> str:
    """All services, for the named jobs of the centre's own people."""
    names = ", ".join(f"'{job}'" for job in jobs)
    return f"(SELECT app.staff()) IN ({names})"


def claimed(column: str = "order_id") -> str:
    """Rows of the one order whose delivery this transaction has claimed."""
    return f"{column} = (SELECT app.claimed_order())"


@dataclass(frozen=True, slots=True)
class Rule:
    """`role` may do `commands` (SELECT, INSERT, UPDATE, DELETE) on the rows that match `rows`, limited to `columns` if
    given. Compare columns of type varchar as `column::text`: PostgreSQL writes any other form differently after a dump
    is restored, and the restored policy would look changed by hand.
    """

    role: str
    commands: tuple[str, ...]
    rows: str
    columns: tuple[str, ...] = ()

    def policy_name(self, command: str) -> str:
        """The policy's name carries a hash of its condition, so that a changed rule is seen as a missing policy."""
        digest = sha256(self.rows.encode()).hexdigest()[:8]
        return f"{self.role}_{command.lower()}_{digest}"


Matrix = Mapping[str, tuple[Rule, ...]]
# Role -> names of the functions in the schema `app` that it may execute.
Functions = Mapping[str, str]


def rule(role: str, commands: str, rows: str = ANY, columns: str = "") -> Rule:
    """`rule(WEB, "SELECT UPDATE", OWN_SERVICE, "state number")`: the short form used in every MATRIX."""
    return Rule(role, tuple(commands.split()), rows, tuple(columns.split()))
