"""Put isolation into PostgreSQL: the context functions, the policies and the grants of the kernel's tables."""

from pathlib import Path

from django.db import migrations

from callcenter.tenancy.operations import Sql, TenantForeignKeys

SQL = Path(__file__).resolve().parent.parent / "tenancy" / "sql"


class Migration(migrations.Migration):
    dependencies = [("callcenter", "0001_models")]
    operations = [
        Sql(SQL / "context.sql"),
        TenantForeignKeys("callcenter_line", scenario_id="callcenter_scenario"),
    ]
