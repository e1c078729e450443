"""The functions through which processes reach data keys."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "vault.sql"


class Migration(migrations.Migration):
    dependencies = [("secrets", "0001_models")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
