"""The capabilities a browser holds. Names carry the `__Host-` prefix whenever the site is served securely."""

import secrets
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_PREFIX = "__Host-" if settings.SECURE_COOKIES else ""
SEAT_COOKIE = f"{_PREFIX}seat"
GRANT_COOKIE = f"{_PREFIX}grant"
EPOCH_COOKIE = f"{_PREFIX}epoch"
GRANT_HEADER = "X-Grant"


def new_secret() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> bytes:
    """Return what the database may know of a secret."""
    return sha256(secret.encode()).digest()


def seat_secret(request: HttpRequest) -> str:
    """The seat secret that this browser holds, or empty."""
    return request.COOKIES.get(SEAT_COOKIE, "")


def grant_token(request: HttpRequest) -> str:
    """The grant token of this request: the call's from the header, else the person's from the cookie, else empty."""
    return request.headers.get(GRANT_HEADER, "") or request.COOKIES.get(GRANT_COOKIE, "")


def give(response: HttpResponseBase, name: str, value: str) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send; it ends with the browser."""
    response.set_cookie(name, value, secure=settings.SECURE_COOKIES, httponly=True, samesite="Strict", path="/")


def take_back(response: HttpResponseBase, name: str) -> None:
    """Delete a cookie set by `give`."""
    response.set_cookie(name, "", max_age=0, secure=settings.SECURE_COOKIES, httponly=True, samesite="Strict", path="/")


def turn_epoch(response: HttpResponseBase) -> None:
    """Change an HttpOnly cookie, which makes browsers drop stored copies of earlier `no-store` pages from their
    history cache.
    """
    give(response, EPOCH_COOKIE, secrets.token_urlsafe(8))
