"""Links by which people choose a password, and the end of all rights of one person."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import callcenter.ids
import callcenter.models.invitation
from callcenter.tenancy.operations import Sql

SQL = Path(__file__).resolve().parent.parent / "tenancy" / "sql"


class Migration(migrations.Migration):
    dependencies = [("callcenter", "0008_shift_of_a_seat")]
    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=callcenter.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("purpose", models.CharField(choices=callcenter.models.invitation.purpose_choices, max_length=8)),
                ("token_hash", models.BinaryField(unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
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
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="callcenter.person",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "created_at"], name="callcenter_invitation_person")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True), ("used_at__isnull", True)),
                        fields=("person",),
                        name="callcenter_invitation_one_open",
                    )
                ],
            },
        ),
        Sql(SQL / "people.sql"),
    ]
