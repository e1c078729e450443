"""What a service's own program holds: `cck_<public id>_<secret>`, sent as `Authorization: Bearer …`."""

import re
from uuid import UUID

from django.http import HttpRequest

from callcenter.cookies import new_secret

_KEY = re.compile(r"cck_[0-9a-f]{32}_[A-Za-z0-9_-]{43}", re.ASCII)


def new_key(public_id: UUID) -> str:
    """A new key with this public id and 256 random bits."""
    return f"{public_text(public_id)}_{new_secret()}"


def public_text(public_id: UUID) -> str:
    """The part of a key that may be shown again."""
    return f"cck_{public_id.hex}"


def program_key(request: HttpRequest) -> str:
    """The key of this request; empty when there is none that could be one."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    given = value.strip()
    return given if scheme.lower() == "bearer" and _KEY.fullmatch(given) else ""
