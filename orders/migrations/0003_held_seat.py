"""Let a request touch only the seat whose call it holds."""

from pathlib import Path

from django.db import migrations

from callcenter.tenancy.operations import Sql

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_isolation"), ("callcenter", "0005_active_holder")]
    operations = [Sql(SQL / "held_seat.sql")]
