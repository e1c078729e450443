"""The columns of a table that holds one sealed dataclass per row."""

from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import models

from callcenter.secrets.box import Sealed, seal, unseal

T = TypeVar("T")


class SecretRow(models.Model):
    """Base of side tables with personal data; the table also has `id` and `service`. Emptied when `erase_after` has
    passed.
    """

    key_id = models.UUIDField(null=True)
    ciphertext = models.BinaryField(null=True)
    erase_after = models.DateTimeField(db_index=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def _place(self) -> tuple[UUID, str, UUID]:
        row: Any = self
        return row.service_id, self._meta.db_table, row.pk

    def put(self, secret: Any) -> None:
        """Seal `secret` under the present month's key; the caller saves `key_id` and `ciphertext`."""
        service, table, row = self._place()
        month = datetime.now(UTC).date().replace(day=1)
        sealed = seal(secret, service=service, table=table, row=row, month=month)
        self.key_id, self.ciphertext = sealed.key_id, sealed.ciphertext

    def get(self, cls: type[T]) -> T:
        """Open the sealed dataclass; ValueError when it has been erased."""
        service, table, row = self._place()
        if self.key_id is None or self.ciphertext is None:
            raise ValueError(f"The secret of {table} {row} has been erased.")
        return unseal(cls, Sealed(self.key_id, bytes(self.ciphertext)), service=service, table=table, row=row)
