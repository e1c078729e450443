"""Let a request learn who holds its right."""

from pathlib import Path

from django.db import migrations

from callcenter.tenancy.operations import Sql

SQL = Path(__file__).resolve().parent.parent / "tenancy" / "sql"


class Migration(migrations.Migration):
    dependencies = [("callcenter", "0006_one_grant_per_call")]
    operations = [Sql(SQL / "holder.sql")]
