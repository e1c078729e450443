"""Give every audit entry a place of its own in its chain, and room for the longest name of an exchange."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("callcenter", "0003_audit")]
    operations = [
        migrations.AlterField("auditentry", "actor", models.CharField(max_length=80)),
        migrations.AddConstraint(
            "auditentry",
            models.UniqueConstraint(
                fields=["service", "seq"], name="callcenter_auditentry_place", nulls_distinct=False
            ),
        ),
    ]
