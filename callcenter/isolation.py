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
    by_key,
    rule,
    staff,
)

# Whom each job of the centre may write: an administrator everything, a supervisor what belongs to operators.
ADMIN = staff("admin")
PEOPLE = staff("supervisor", "admin")
OPERATORS = f"{staff('supervisor')} AND job = 'operator'"
_SEAT_SHOWN = (
    "id person_id workplace_id state state_since wrapup_until missed shift_since online_s break_s version opened_at"
    " seen_at closed_at close_reason"
)
_SERVICE_TOLD = "name monogram hue greeting country time_zone active"
_SCENARIO_TOLD = "kind starts ends weekdays priority active"
_CLEARANCE_TOLD = "nda_signed_on trained_on valid_from valid_until revoked_at"
_PERSON_TOLD = "login name usual_workplace_id"
_INVITATION_SHOWN = "id person_id purpose created_by_id created_at expires_at used_at closed_at"
_KEY_SHOWN = "id service_id label scopes created_by_id created_at expires_at last_used_on revoked_at"
_CONTEXT = "hashed call_service call tenant staff service claimed_order"
_AUDIT_WRITTEN = "id service actor grant action detail"

MATRIX: Matrix = {
    "callcenter_taxiservice": (
        rule(WEB, "SELECT", "id = (SELECT app.call_service())"),
        rule(WEB, "SELECT", "id = (SELECT app.tenant())"),
        rule(WEB, "SELECT", "id = (SELECT app.key_service(''))"),
        rule(WEB, "SELECT", staff("supervisor", "accountant", "admin")),
        rule(WEB, "INSERT", ADMIN),
        rule(WEB, "UPDATE", ADMIN, _SERVICE_TOLD),
        rule(SWITCH, "SELECT"),
        rule(WORKER, "SELECT"),
        rule(BILLING, "SELECT"),
    ),
    "callcenter_line": (
        rule(WEB, "SELECT", CALL_SERVICE),
        rule(WEB, "SELECT", OWN_SERVICE),
        rule(WEB, "SELECT", PEOPLE),
        rule(WEB, "SELECT", by_key("calls")),
        rule(WEB, "INSERT", ADMIN),
        rule(WEB, "UPDATE", ADMIN, "number scenario_id active"),
        rule(SWITCH, "SELECT"),
    ),
    "callcenter_scenario": (
        rule(WEB, "SELECT", OWN_SERVICE),
        rule(WEB, "SELECT", PEOPLE),
        rule(WEB, "INSERT", ADMIN),
        rule(WEB, "UPDATE", ADMIN, _SCENARIO_TOLD),
        rule(SWITCH, "SELECT"),
    ),
    "callcenter_wish": (
        rule(WEB, "SELECT", CALL_SERVICE),
        rule(WEB, "SELECT INSERT DELETE", OWN_SERVICE),
        rule(WEB, "UPDATE", OWN_SERVICE, "digit title code"),
        rule(WEB, "SELECT", PEOPLE),
        rule(WEB, "INSERT DELETE", ADMIN),
        rule(WEB, "UPDATE", ADMIN, "digit title code"),
    ),
    "callcenter_notice": (
        rule(WEB, "SELECT", CALL_SERVICE),
        rule(WEB, "SELECT INSERT", OWN_SERVICE),
        rule(WEB, "UPDATE", OWN_SERVICE, "text starts_at ends_at"),
        rule(WEB, "SELECT", PEOPLE),
    ),
    "callcenter_clearance": (
        rule(WEB, "SELECT INSERT", PEOPLE),
        rule(WEB, "UPDATE", PEOPLE, _CLEARANCE_TOLD),
        rule(SWITCH, "SELECT"),
    ),
    "callcenter_person": (
        rule(WEB, "SELECT", OWN_SERVICE),
        rule(WEB, "SELECT", PEOPLE),
        rule(WEB, "INSERT", f"{ADMIN} OR ({OPERATORS})"),
        rule(WEB, "UPDATE", f"{ADMIN} OR ({OPERATORS})", _PERSON_TOLD),
        rule(AUTH, "SELECT"),
        rule(SWITCH, "SELECT", ANY, "id active"),
    ),
    "callcenter_credential": (rule(AUTH, "SELECT INSERT UPDATE"),),
    "callcenter_invitation": (
        rule(WEB, "SELECT", PEOPLE, _INVITATION_SHOWN),
        rule(AUTH, "SELECT"),
        rule(AUTH, "UPDATE", ANY, "used_at"),
    ),
    "callcenter_programkey": (
        rule(WEB, "SELECT", OWN_SERVICE, _KEY_SHOWN),
        rule(WEB, "SELECT", ADMIN, _KEY_SHOWN),
        rule(WEB, "INSERT", OWN_SERVICE),
        rule(WEB, "INSERT", ADMIN),
    ),
    "callcenter_workplace": (
        rule(WEB, "SELECT INSERT", PEOPLE),
        rule(WEB, "UPDATE", PEOPLE, "name extension active"),
        rule(AUTH, "SELECT"),
        rule(SWITCH, "SELECT"),
    ),
    "callcenter_seat": (
        rule(WEB, "SELECT", PEOPLE, _SEAT_SHOWN),
        rule(SWITCH, "SELECT", ANY, _SEAT_SHOWN),
        rule(SWITCH, "UPDATE", ANY, "state state_since wrapup_until missed version"),
    ),
    "callcenter_grant": (
        rule(AUTH, "INSERT", "kind::text IN ('tenant', 'staff')"),
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
    # The names of our own models, which the stock admin looks up for every form.
    "django_content_type": (rule(WEB, "SELECT"),),
}

FUNCTIONS: Functions = {
    WEB: f"{_CONTEXT} enter close_held_grant held_service holder invite block unblock key_service enter_key revoke_key",
    AUTH: _CONTEXT,
    SWITCH: _CONTEXT,
    WORKER: f"{_CONTEXT} audit_anchors",
    BILLING: _CONTEXT,
}
