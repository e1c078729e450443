from pathlib import Path

from django.db import migrations

from callcenter.tenancy.operations import Sql

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_names")]

    operations = [Sql(SQL / "contract_alone.sql")]
