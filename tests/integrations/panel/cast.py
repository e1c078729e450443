"""What the tests of connections type, and a linked connection."""

from typing import Any

from callcenter.models import TaxiService
from integrations.models import Connection
from integrations.secrets import ConnectionKey
from tests.integrations.simulators.taximaster_box import SECRET

LIST = "/centre/integrations/connection/"
EXCHANGES = "/centre/integrations/exchange/"


def typed(of: TaxiService | None = None, /, **changes: Any) -> dict[str, Any]:
    """A connection as it is typed in."""
    return {
        **({"service": str(of.pk)} if of else {}), "kind": "taximaster", "base_url": "https://tm.example.ru:8089",
        "trust": "public", "fingerprint": "", "ca_pem": "", "key": "a-secret-key", "most_at_once": "8", "active": "on",
        "setting_time_zone": "Asia/Omsk", "setting_phone_format": "8", "setting_crew_group_id": "12",
        **changes,
    }  # fmt: skip


def linked(service: TaxiService, url: str, *, secret: str = SECRET, fingerprint: str = "", pem: str = "") -> Connection:
    link = Connection(
        service=service, kind="taximaster", base_url=url, fingerprint=fingerprint, ca_pem=pem, private_allowed=True,
        stored={"time_zone": "Europe/Moscow", "phone_format": "8"},
    )  # fmt: skip
    link.put_key(ConnectionKey(secret=secret))
    link.save(force_insert=True)
    return link


# --- keeping
