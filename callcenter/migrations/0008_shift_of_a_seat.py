"""A seat knows since when its shift lasts and how much of it was on line and on a break."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("callcenter", "0007_holder")]
    operations = [
        migrations.AddField("seat", "online_s", models.PositiveIntegerField(default=0)),
        migrations.AddField("seat", "break_s", models.PositiveIntegerField(default=0)),
        migrations.AddField(
            "seat",
            "shift_since",
            models.DateTimeField(auto_now_add=True, default=django.utils.timezone.now),
            preserve_default=False,
        ),
    ]
