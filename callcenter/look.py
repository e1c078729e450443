"""How pages look to this browser: the theme that it has chosen."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

THEME_COOKIE = "theme"
THEMES = ("light", "dark")
YEAR_S = 31_536_000


def theme(request: HttpRequest) -> dict[str, str]:
    """Context processor: the chosen theme, or nothing where the device decides."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return {"theme": chosen if chosen in THEMES else ""}


def remember(response: HttpResponseBase, name: str, value: str) -> None:
    """Keep a choice of this browser for a year; without a value, forget it."""
    response.set_cookie(
        name,
        value,
        max_age=YEAR_S if value else 0,
        secure=settings.SECURE_COOKIES,
        httponly=True,
        samesite="Strict",
    )
