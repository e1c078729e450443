"""The one table of the peers, and its model."""

import django
from django.db import models

django.setup()

SQL = """
CREATE TABLE bench_order (id uuid PRIMARY KEY, url text NOT NULL, body text NOT NULL, state text NOT NULL,
                          number text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
                          delivered_at timestamptz)"""


class Order(models.Model):
    """An order and what became of it."""

    id = models.UUIDField(primary_key=True)
    url = models.TextField()
    body = models.TextField()
    state = models.TextField(default="queued")
    number = models.TextField(default="")
    created_at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "bench"
        db_table = "bench_order"
        managed = False

    def __str__(self) -> str:
        return str(self.id)
