"""Data keys, each wrapped by the key-encryption key; never in the same dump as what they open."""

from django.db import models
from django.db.models import Q
from typing_extensions import override

from callcenter.ids import uuid7


class DataKey(models.Model):
    """One key per service, purpose and month (config and phone keys have no month; the centre's own have no
    service).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    service = models.UUIDField(null=True)
    purpose = models.CharField(max_length=8)
    month = models.DateField(null=True)
    wrapped = models.BinaryField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "purpose", "month"],
                condition=Q(destroyed_at__isnull=True),
                nulls_distinct=False,
                name="secrets_datakey_one",
            )
        ]

    @override
    def __str__(self) -> str:
        return str(self.id)
