"""Who may read and write the tables of connections."""

from callcenter.tenancy.rules import CALL_SERVICE, OWN_SERVICE, SWITCH, WEB, WORKER, Functions, Matrix, rule, staff

ADMIN = staff("admin")
WATCH = staff("supervisor", "admin")
_SETTINGS = "kind base_url fingerprint ca_pem private_allowed stored most_at_once active"
# Everything but the sealed key, which a request gets from a function, for the call that it holds.
_SHOWN = f"id service_id {_SETTINGS} key_id"

MATRIX: Matrix = {
    "integrations_connection": (
        rule(WEB, "SELECT", CALL_SERVICE, _SHOWN),
        rule(WEB, "SELECT", OWN_SERVICE, _SHOWN),
        rule(WEB, "SELECT", WATCH, _SHOWN),
        rule(WEB, "INSERT", ADMIN),
        rule(WEB, "UPDATE", ADMIN, f"{_SETTINGS} key_id ciphertext"),
        rule(WORKER, "SELECT"),
    ),
    "integrations_connectioncheck": (
        rule(WEB, "SELECT", OWN_SERVICE),
        rule(WEB, "SELECT", WATCH),
        rule(WEB, "INSERT", f"{WATCH} AND state = 'waiting'"),
        rule(WORKER, "SELECT INSERT UPDATE DELETE"),
    ),
    "integrations_exchange": (
        rule(WEB, "SELECT", ADMIN, "id name adapter active key_id old_key_id"),
        rule(WEB, "INSERT", ADMIN),
        rule(WEB, "UPDATE", ADMIN, "name adapter active old_key_id old_ciphertext"),
        rule(SWITCH, "SELECT"),
    ),
    "integrations_seenwebhook": (rule(SWITCH, "SELECT INSERT"), rule(WORKER, "SELECT DELETE")),
}

FUNCTIONS: Functions = {WEB: "call_connection_key put_exchange_key"}
