"""Chain the audit trail, and let every role add to it and none read it."""

from pathlib import Path

from django.db import migrations

from callcenter.tenancy.operations import Sql

SQL = Path(__file__).resolve().parent.parent / "tenancy" / "sql"


class Migration(migrations.Migration):
    dependencies = [("callcenter", "0002_isolation")]
    operations = [
        Sql(SQL / "audit.sql"),
    ]
