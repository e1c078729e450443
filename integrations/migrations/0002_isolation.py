"""Put the rules of connections and exchanges into PostgreSQL."""

from django.db import migrations

from callcenter.tenancy.operations import Isolate
from integrations.isolation import MATRIX


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_models"), ("callcenter", "0002_isolation")]
    operations = [Isolate(table, rules) for table, rules in MATRIX.items()]
