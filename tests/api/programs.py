"""Programs of a service, and what they are answered."""

from typing import Any

from django.test import Client


def program(key: str = "", *, language: str = "en") -> Client:
    """A program that holds this key."""
    headers = {"accept-language": language} | ({"authorization": f"Bearer {key}"} if key else {})
    return Client(headers=headers)


def error(response: Any) -> tuple[int, str]:
    """Status and code of a refusal, which has the one shape."""
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "sentence", "fields"}
    assert body["error"]["sentence"]
    return response.status_code, body["error"]["code"]
