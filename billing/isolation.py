"""Who may read and write the tables of money."""

from callcenter.tenancy.rules import BILLING, OWN_SERVICE, WEB, Functions, Matrix, by_key, rule, staff

MONEY = staff("accountant", "admin")
_READERS = (rule(WEB, "SELECT", OWN_SERVICE), rule(WEB, "SELECT", MONEY), rule(WEB, "SELECT", by_key("invoices")))

MATRIX: Matrix = {
    "billing_contract": (*_READERS, rule(BILLING, "SELECT")),
    "billing_invoiceseries": (rule(BILLING, "SELECT INSERT"), rule(BILLING, "UPDATE", columns="last_number")),
    "billing_usageentry": (*_READERS, rule(BILLING, "SELECT INSERT")),
    "billing_invoice": (*_READERS, rule(BILLING, "SELECT INSERT")),
    "billing_invoiceline": (*_READERS, rule(BILLING, "SELECT INSERT")),
}

FUNCTIONS: Functions = {BILLING: "hold_contracts lock_contract"}
