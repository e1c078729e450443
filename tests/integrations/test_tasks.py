"""Periodic work on the edges."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import Exchange, SeenWebhook
from integrations.tasks import forget_seen_webhooks

pytestmark = pytest.mark.django_db(databases="__all__")


def test_receipts_older_than_a_quarter_of_an_hour_are_forgotten() -> None:
    exchange = Exchange.objects.create(name="pbx")
    for minutes in (0, 14, 16, 60):
        seen = SeenWebhook.objects.create(exchange=exchange, webhook_id=f"w{minutes}", stamp=minutes)
        SeenWebhook.objects.filter(pk=seen.pk).update(received_at=timezone.now() - timedelta(minutes=minutes))

    assert forget_seen_webhooks() == 2
    assert sorted(SeenWebhook.objects.values_list("webhook_id", flat=True)) == ["w0", "w14"]
