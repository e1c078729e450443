"""Kept for databases that ran it: the rules of connections and exchanges come from `integrations.isolation`."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_models"), ("callcenter", "0002_isolation")]
    operations: list[migrations.RunSQL] = []
