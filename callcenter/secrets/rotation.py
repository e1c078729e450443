"""Changing the key-encryption key: every data key is wrapped anew with the newest one, then the older ones can go."""

from callcenter.secrets import vault
from callcenter.secrets.models import DataKey

BATCH = 500


def rewrap() -> int:
    """Wrap anew every living data key that an older key-encryption key wrapped; returns how many.

    Needs a login that owns the table (CALLCENTER_ROLE=migrate). Safe to stop and to run again, while processes read.
    """
    last, done = None, 0
    while batch := _batch(after=last):
        done += sum(_rewrap(key) for key in batch)
        last = batch[-1]
    vault.cache.clear()
    return done


def _batch(after: DataKey | None) -> list[DataKey]:
    living = DataKey.objects.filter(destroyed_at__isnull=True).order_by("id")
    return list((living.filter(id__gt=after.id) if after else living)[:BATCH])


def _rewrap(key: DataKey) -> int:
    if key.wrapped is None or vault.newest(bytes(key.wrapped)):
        return 0
    plain = vault.unwrap(bytes(key.wrapped), service=key.service, purpose=key.purpose, month=key.month)
    wrapped = vault.wrap(plain, service=key.service, purpose=key.purpose, month=key.month)
    return DataKey.objects.filter(pk=key.pk, destroyed_at__isnull=True).update(wrapped=wrapped)
