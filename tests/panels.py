"""Browsers of people in the panels, and what their pages say."""

import html
import re
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from callcenter.cookies import GRANT_COOKIE, SEAT_COOKIE

MOST_QUERIES = 30


def browser(token: str = "", *, seat: str = "", language: str = "en") -> Client:
    """A browser that holds this right."""
    client = Client(headers={"accept-language": language})
    if token:
        client.cookies[GRANT_COOKIE] = token
    if seat:
        client.cookies[SEAT_COOKIE] = seat
    return client


def seen(response: Any) -> str:
    """The page without tags, as a person reads it."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(text))


def within_limit(client: Client, path: str) -> HttpResponse:
    """The page, which must not take more than its number of queries."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    assert len(queries) <= MOST_QUERIES, f"{path}: {len(queries)} queries"
    return response  # type: ignore[return-value]


def errors(response: Any) -> dict[str, list[str]]:
    """The sentences of the form on the page, by field."""
    form = response.context["adminform"].form if "adminform" in response.context else response.context["form"]
    return {name: [str(sentence) for sentence in sentences] for name, sentences in form.errors.items()}
