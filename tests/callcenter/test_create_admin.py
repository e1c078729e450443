"""The first administrator."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from callcenter.models import Credential, Person

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)  # logging in has a connection of its own


def create(monkeypatch: pytest.MonkeyPatch, password: str, login: str = "Root") -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    said = io.StringIO()
    call_command("create_admin", "--login", login, "--password-stdin", stdout=said)
    return said.getvalue()


def test_the_first_administrator_logs_in_and_stands_in_the_panel(monkeypatch: pytest.MonkeyPatch) -> None:
    said = create(monkeypatch, "a lantern over water")

    answer = Client().post("/login/", {"login": "root", "password": "a lantern over water"})
    assert (answer.status_code, answer["Location"]) == (303, "/centre/")
    assert said == "root can log in now, and finds the panel at /centre/.\n"
    assert "lantern" not in Credential.objects.get().password


@pytest.mark.parametrize(
    ("login", "password"), [("root", "short"), ("root", "password123"), ("rootrootroo", "rootrootroot")]
)
def test_a_weak_password_is_refused_and_nothing_is_made(
    monkeypatch: pytest.MonkeyPatch, login: str, password: str
) -> None:
    with pytest.raises(CommandError):
        create(monkeypatch, password, login)

    assert not Person.objects.exists()


def test_a_login_that_exists_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    create(monkeypatch, "a lantern over water")

    with pytest.raises(CommandError, match="'root' already: reset the password in the panel"):
        create(monkeypatch, "another lantern here")
