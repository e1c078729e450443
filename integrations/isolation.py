"""Who may read and write the tables of connections."""

from callcenter.tenancy.rules import CALL_SERVICE, SWITCH, WEB, WORKER, Matrix, rule

MATRIX: Matrix = {
    "integrations_connection": (
        rule(WEB, "SELECT", CALL_SERVICE),
        rule(WORKER, "SELECT"),
    ),
    "integrations_exchange": (rule(SWITCH, "SELECT"),),
    "integrations_seenwebhook": (rule(SWITCH, "SELECT INSERT"), rule(WORKER, "SELECT DELETE")),
}
