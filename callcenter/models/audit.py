"""The audit trail: one append-only hash chain per service, and one for the centre itself."""

from django.db import models
from typing_extensions import override

from callcenter.audit import LONGEST_ACTION, LONGEST_ACTOR
from callcenter.ids import uuid7


class AuditEntry(models.Model):
    """One thing that was done. `seq`, `at`, `prev_hash` and `hash` are set by the database, whatever the writer
    says.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    service = models.UUIDField(null=True)
    seq = models.BigIntegerField(null=True)
    at = models.DateTimeField(null=True)
    actor = models.CharField(max_length=LONGEST_ACTOR)
    grant = models.UUIDField(null=True)
    action = models.CharField(max_length=LONGEST_ACTION)
    detail = models.JSONField(default=dict)
    prev_hash = models.BinaryField(null=True)
    hash = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "seq"], name="callcenter_auditentry_place", nulls_distinct=False)
        ]

    @override
    def __str__(self) -> str:
        return f"{self.seq} {self.action}"


class AuditHead(models.Model):
    """The last link of one chain; `chain` is the service, or the nil UUID for the centre's own."""

    chain = models.UUIDField(primary_key=True)
    seq = models.BigIntegerField(default=0)
    hash = models.BinaryField()

    @override
    def __str__(self) -> str:
        return f"{self.chain} {self.seq}"
