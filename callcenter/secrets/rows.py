"""The columns of a table that holds one sealed dataclass per row."""

from django.db import models


class SecretRow(models.Model):
    """Base of side tables with personal data."""

    key_id = models.UUIDField(null=True)
    ciphertext = models.BinaryField(null=True)
    erase_after = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
