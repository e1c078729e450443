"""Lines before their invoice, invoices that add up to the ledger, contracts that do not overlap."""

from pathlib import Path

from django.db import migrations

from callcenter.tenancy.operations import Sql

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_invoices_add_up")]
    operations = [Sql(SQL / "closing.sql")]
