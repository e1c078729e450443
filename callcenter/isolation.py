"""Who may read and write the kernel's tables (design: the matrix of kinds and roles)."""

from callcenter.tenancy.rules import (
    ANY,
    AUTH,
    BILLING,
    CALL_SERVICE,
    OWN_SERVICE,
    SWITCH,
    WEB,
    WORKER,
    Functions,
    Matrix,
    rule,
    staff,
)

PEOPLE = staff("supervisor", "admin")
_SEAT_SHOWN = (
    "id person_id workplace_id state state_since wrapup_until missed shift_since online_s break_s version opened_at"
    " seen_at closed_at close_reason"
)
_CONTEXT = "hashed call_service call tenant staff service claimed_order"
_AUDIT_WRITTEN = "id service actor grant action detail"

MATRIX: Matrix = {
    "callcenter_taxiservice": (
        rule(WEB, "SELECT", "id = (SELECT app.call_service())"),
        rule(WEB, "SELECT", "id = (SELECT app.tenant())"),
        rule(WEB, "SELECT", staff("supervisor", "accountant", "admin")),
        rule(SWITCH, "SELECT"),
        rule(WORKER, "SELECT"),
        rule(BILLING, "SELECT"),
    ),
    "callcenter_line": (
        rule(WEB, "SELECT", CALL_SERVICE),
        rule(WEB, "SELECT", OWN_SERVICE),
        rule(WEB, "SELECT", PEOPLE),
        rule(SWITCH, "SELECT"),
    ),
    "callcenter_scenario": (
        rule(WEB, "SELECT", OWN_SERVICE),
        rule(WEB, "SELECT", PEOPLE),
        rule(SWITCH, "SELECT"),
    ),
    "callcenter_clearance": (
        rule(WEB, "SELECT", PEOPLE),
        rule(SWITCH, "SELECT"),
    ),
    "callcenter_person": (
        rule(WEB, "SELECT", OWN_SERVICE),
        rule(WEB, "SELECT", PEOPLE),
        rule(AUTH, "SELECT"),
        rule(SWITCH, "SELECT", ANY, "id active"),
    ),
    "callcenter_credential": (rule(AUTH, "SELECT UPDATE"),),
    "callcenter_workplace": (rule(WEB, "SELECT", PEOPLE), rule(AUTH, "SELECT"), rule(SWITCH, "SELECT")),
    "callcenter_seat": (
        rule(WEB, "SELECT", PEOPLE, _SEAT_SHOWN),
        rule(SWITCH, "SELECT", ANY, _SEAT_SHOWN),
        rule(SWITCH, "UPDATE", ANY, "state state_since wrapup_until missed version"),
    ),
    "callcenter_grant": (
        rule(AUTH, "INSERT", "kind IN ('tenant', 'staff')"),
        rule(SWITCH, "SELECT INSERT UPDATE", "kind = 'call'"),
    ),
    "callcenter_auditentry": (
        rule(
            WEB,
            "INSERT",
            "service IS NULL OR service = (SELECT app.held_service()) OR (SELECT app.staff()) IS NOT NULL",
            _AUDIT_WRITTEN,
        ),
        *[rule(role, "INSERT", ANY, _AUDIT_WRITTEN) for role in (AUTH, SWITCH, WORKER, BILLING)],
    ),
    "callcenter_audithead": (),
}

FUNCTIONS: Functions = {
    WEB: f"{_CONTEXT} enter close_held_grant held_service holder",
    AUTH: _CONTEXT,
    SWITCH: _CONTEXT,
    WORKER: f"{_CONTEXT} audit_anchors",
    BILLING: _CONTEXT,
}
