"""Tie the tables of money to rows of the same service, make them append-only, and put their rules into PostgreSQL."""

from pathlib import Path

from django.db import migrations

from callcenter.tenancy.operations import Sql, TenantForeignKeys

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_models"), ("callcenter", "0002_isolation")]
    operations = [
        TenantForeignKeys("billing_invoiceseries", contract_id="billing_contract"),
        TenantForeignKeys("billing_usageentry", contract_id="billing_contract"),
        TenantForeignKeys("billing_invoice", contract_id="billing_contract"),
        TenantForeignKeys("billing_invoiceline", invoice_id="billing_invoice"),
        Sql(SQL / "ledger.sql"),
    ]
