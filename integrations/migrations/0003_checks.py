"""Checks of connections, and keys that a request can write but not read."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import callcenter.ids
import callcenter.tenancy.fields
import integrations.models
from callcenter.tenancy.operations import Sql, TenantForeignKeys

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("integrations", "0002_isolation"), ("callcenter", "0009_people")]
    operations = [
        migrations.AlterModelOptions(name="connection", options={"base_manager_name": "objects"}),
        migrations.AddField("exchange", "old_key_id", models.UUIDField(null=True)),
        migrations.AddField("exchange", "old_ciphertext", models.BinaryField(null=True)),
        migrations.CreateModel(
            name="ConnectionCheck",
            fields=[
                (
                    "id",
                    models.UUIDField(default=callcenter.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("asked_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(choices=integrations.models.check_states, default="waiting", max_length=16),
                ),
                ("reason", models.CharField(default="", max_length=200)),
                ("shown_fingerprint", models.CharField(default="", max_length=64)),
                ("took_ms", models.PositiveIntegerField(null=True)),
                (
                    "connection",
                    callcenter.tenancy.fields.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="checks",
                        to="integrations.connection",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="callcenter.taxiservice",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["service", "connection", "asked_at"], name="integrations_check_recent")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("service", "id"), name="integrations_connectioncheck_tenant")
                ],
            },
        ),
        TenantForeignKeys("integrations_connectioncheck", connection_id="integrations_connection"),
        Sql(SQL / "keys.sql"),
    ]
