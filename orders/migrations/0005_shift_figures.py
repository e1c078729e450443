"""Own figures of the shift, counted by the database, and a wrap-up that can be made longer."""

from pathlib import Path

from django.db import migrations

from callcenter.tenancy.operations import Sql

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_uniques_carry_the_service"), ("callcenter", "0008_shift_of_a_seat")]
    operations = [Sql(SQL / "shift.sql")]
