"""Who may read and write the tables of calls and orders (design: the matrix of kinds and roles)."""

from callcenter.tenancy.rules import (
    ANY,
    AUTH,
    OWN_SERVICE,
    SWITCH,
    WEB,
    WORKER,
    Functions,
    Matrix,
    by_key,
    claimed,
    own_call,
    rule,
    staff,
)

WATCH = staff("supervisor", "admin")
_SHELL = "id service_id key_id erase_after erased_at"

MATRIX: Matrix = {
    "orders_call": (
        rule(WEB, "SELECT", own_call("id")),
        rule(WEB, "UPDATE", own_call("id"), "disposition disposed_at"),
        rule(WEB, "SELECT", OWN_SERVICE),
        rule(WEB, "SELECT", WATCH),
        rule(WEB, "SELECT", by_key("calls")),
        rule(SWITCH, "SELECT INSERT UPDATE"),
    ),
    "orders_callsecret": (
        rule(WEB, "SELECT", own_call()),
        rule(WEB, "UPDATE", own_call(), "key_id ciphertext"),
        rule(SWITCH, "SELECT", ANY, f"call_id {_SHELL}"),
        rule(SWITCH, "INSERT"),
        rule(SWITCH, "UPDATE", ANY, "erase_after"),
    ),
    "orders_calleventseen": (rule(SWITCH, "SELECT INSERT"), rule(WEB, "SELECT", OWN_SERVICE)),
    "orders_order": (
        rule(WEB, "SELECT INSERT", own_call()),
        rule(WEB, "SELECT", OWN_SERVICE),
        rule(WEB, "SELECT", WATCH),
        rule(WEB, "SELECT", by_key("orders")),
        rule(WORKER, "SELECT", claimed("id")),
        rule(WORKER, "UPDATE", claimed("id"), "state phrase number accepted_at"),
    ),
    "orders_ordersecret": (
        rule(WEB, "SELECT INSERT", own_call()),
        rule(WORKER, "SELECT", claimed()),
        rule(WORKER, "UPDATE", claimed(), "erase_after"),
    ),
    "orders_delivery": (
        rule(WEB, "SELECT INSERT", own_call()),
        rule(WEB, "SELECT", OWN_SERVICE),
        rule(WEB, "SELECT", WATCH),
        rule(WEB, "SELECT", by_key("deliveries")),
        rule(WORKER, "SELECT UPDATE"),
    ),
    "orders_attempt": (
        rule(WEB, "SELECT", OWN_SERVICE),
        rule(WEB, "SELECT", WATCH),
        rule(WEB, "SELECT", by_key("deliveries")),
        rule(WORKER, "SELECT INSERT"),
    ),
}

FUNCTIONS: Functions = {
    WEB: "decide_delivery seat_frame seat_clearances seat_beat seat_snapshot redeem choose_seat_state extend_wrapup"
    " close_seat touch_held_seat",
    AUTH: "open_seat",
    SWITCH: "touch_seat seat_of_call",
    WORKER: "touch_seat seat_of_call lock_call_grant close_settled_call erase_due keys_in_use",
}
