"""Who may read and write the tables of money."""

from callcenter.tenancy.rules import BILLING, OWN_SERVICE, WEB, Functions, Matrix, by_key, rule, staff

MONEY = staff("accountant", "admin")
_READERS = (rule(WEB, "SELECT", OWN_SERVICE), rule(WEB, "SELECT", MONEY), rule(WEB, "SELECT", by_key("invoices")))
_CONTRACT_TOLD = "tariff_code ends_on buyer_name buyer_inn buyer_kpp buyer_address"

MATRIX: Matrix = {
    "billing_contract": (
        *_READERS,
        rule(WEB, "INSERT", MONEY),
        rule(WEB, "UPDATE", MONEY, _CONTRACT_TOLD),
        rule(BILLING, "SELECT"),
    ),
    "billing_seller": (rule(WEB, "SELECT INSERT UPDATE", MONEY), rule(BILLING, "SELECT")),
    "billing_export": (
        rule(WEB, "SELECT INSERT", OWN_SERVICE),
        rule(WEB, "SELECT INSERT", MONEY),
        rule(BILLING, "SELECT DELETE"),
        rule(BILLING, "UPDATE", columns="state progress size sha256 started_at finished_at"),
    ),
    "billing_exportfile": (rule(BILLING, "INSERT DELETE"), rule(BILLING, "SELECT", columns="id service_id export_id")),
    "billing_invoiceseries": (rule(BILLING, "SELECT INSERT"), rule(BILLING, "UPDATE", columns="last_number")),
    "billing_usageentry": (*_READERS, rule(BILLING, "SELECT INSERT")),
    "billing_invoice": (*_READERS, rule(BILLING, "SELECT INSERT")),
    "billing_invoiceline": (*_READERS, rule(BILLING, "SELECT INSERT")),
}

FUNCTIONS: Functions = {BILLING: "hold_contracts lock_contract", WEB: "open_export fetch_export"}
