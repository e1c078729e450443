"""Keys by which a service's own programs read what is the service's."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import callcenter.ids
import callcenter.tenancy.fields
from callcenter.tenancy.operations import Sql

SQL = Path(__file__).resolve().parent.parent / "tenancy" / "sql"


class Migration(migrations.Migration):
    dependencies = [("callcenter", "0010_names")]
    operations = [
        migrations.CreateModel(
            name="ProgramKey",
            fields=[
                (
                    "id",
                    models.UUIDField(default=callcenter.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("label", models.CharField(max_length=60, verbose_name="label")),
                ("scopes", models.CharField(max_length=60, verbose_name="opens")),
                ("secret_hash", models.BinaryField()),
                ("created_at", models.DateTimeField(verbose_name="since")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="until")),
                ("last_used_on", models.DateField(null=True, verbose_name="last used")),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="callcenter.person",
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
                "verbose_name": "API key",
                "verbose_name_plural": "API keys",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("service", "id"), name="callcenter_programkey_tenant"),
                    models.CheckConstraint(
                        condition=models.Q(("scopes", ""), _negated=True), name="callcenter_programkey_opens_something"
                    ),
                ],
            },
        ),
        Sql(SQL / "program_keys.sql"),
    ]
