"""Let a right end with the dismissal of whoever holds it."""

from pathlib import Path

from django.db import migrations

from callcenter.tenancy.operations import Sql

SQL = Path(__file__).resolve().parent.parent / "tenancy" / "sql"


class Migration(migrations.Migration):
    dependencies = [("callcenter", "0004_audit_place")]
    operations = [Sql(SQL / "active_holder.sql")]
