"""Where requests may go: no form of a forbidden address reaches it."""

import ipaddress
import socket
from typing import Any

import pytest

from callcenter.contracts import FailureKind, HttpRequest, Target
from integrations.egress import is_reachable
from integrations.http import send
from tests.integrations.http_peer import FRESH, OK, SERVICE, answering, failure, kind, plain, serve

TRICKS = [
    "https://127.0.0.1:{port}",
    "https://localhost:{port}",
    "https://127.1:{port}",
    "https://2130706433:{port}",
    "https://0x7f000001:{port}",
    "https://0x7f.0.0.1:{port}",
    "https://0177.0.0.1:{port}",
    "https://017700000001:{port}",
    "https://0:{port}",
    "https://0.0.0.0:{port}",
    "https://[::1]:{port}",
    "https://[::]:{port}",
    "https://[::ffff:127.0.0.1]:{port}",
    "https://[::ffff:7f00:1]:{port}",
    "https://[::127.0.0.1]:{port}",
    "https://[64:ff9b::127.0.0.1]:{port}",
    "https://[2002:7f00:1::]:{port}",
    "https://①②⑦.⓪.⓪.①:{port}",
    "https://127。0。0。1:{port}",
    "https://user@127.0.0.1:{port}",
    "https://example.com@127.0.0.1:{port}",
    "https://127.0.0.1:{port}\\@example.com",
    "https://127.0.0.1:{port}#@example.com",
    "https://127.0.0.1:{port}?@example.com",
    "https://127.0.0.1\t:{port}",
    "http://127.0.0.1:{port}",
    "HTTP://127.0.0.1:{port}",
    "ftp://127.0.0.1:{port}",
    "gopher://127.0.0.1:{port}/_GET",
    "file:///etc/passwd",
    "//127.0.0.1:{port}",
    "127.0.0.1:{port}",
    "https://",
    "https://127.0.0.1:99999",
    "https://10.0.0.1:{port}",
    "https://192.168.1.1:{port}",
    "https://100.64.0.1:{port}",
    "https://169.254.169.254:{port}",
    "https://[fe80::1]:{port}",
    "https://[fd00::1]:{port}",
    "https://224.0.0.1:{port}",
    "https://255.255.255.255:{port}",
]


@pytest.mark.parametrize("trick", TRICKS)
def test_no_form_of_a_forbidden_address_reaches_this_machine(trick: str) -> None:
    with serve(answering(OK)) as peer:
        target = Target(service=SERVICE, base_url=trick.format(port=peer.port))
        assert kind(target, HttpRequest(method="GET", path="/", connect_timeout_s=0.5)) is FailureKind.NOT_SENT
        assert peer.connections == 0


@pytest.mark.parametrize(
    ("address", "for_all", "with_permission"),
    [
        ("8.8.8.8", True, True),
        ("2001:4860:4860::8888", True, True),
        ("::ffff:8.8.8.8", True, True),
        ("64:ff9b::8.8.8.8", True, True),
        ("127.0.0.1", False, True),
        ("10.1.2.3", False, True),
        ("172.31.0.1", False, True),
        ("192.168.0.1", False, True),
        ("100.64.0.1", False, True),
        ("::1", False, True),
        ("fd00::1", False, True),
        ("::ffff:127.0.0.1", False, True),
        ("64:ff9b::10.0.0.1", False, True),
        ("2002:7f00:1::", False, True),
        ("::ffff:169.254.169.254", False, False),
        ("64:ff9b::169.254.169.254", False, False),
        ("169.254.169.254", False, False),
        ("0.0.0.0", False, False),  # noqa: S104 - judged, not bound to
        ("224.0.0.1", False, False),
        ("255.255.255.255", False, False),
        ("192.0.2.1", False, False),
        ("198.18.0.1", False, False),
        ("fe80::1", False, False),
        ("ff02::1", False, False),
        ("ff0e::1", False, False),
        ("::", False, False),
        ("::127.0.0.1", False, False),
    ],
)
def test_an_address_is_judged_by_where_it_leads(address: str, for_all: bool, with_permission: bool) -> None:
    judged = ipaddress.ip_address(address)

    assert is_reachable(judged, private_allowed=False) is for_all
    assert is_reachable(judged, private_allowed=True) is with_permission


@pytest.mark.parametrize(
    "form",
    [
        "https://user@127.0.0.1:{port}",
        "https://user:key@127.0.0.1:{port}",
        "https://127.0.0.1:{port}?query",
        "https://127.0.0.1:{port}#fragment",
        "https://127.0.0.1:{port}\\path",
        "https://127.0.0.1:{port}/\n",
        "ftp://127.0.0.1:{port}",
        "127.0.0.1:{port}",
    ],
)
def test_an_address_of_another_form_is_refused_even_where_private_networks_are_allowed(form: str) -> None:
    with serve(answering(OK)) as peer:
        target = Target(service=SERVICE, base_url=form.format(port=peer.port), private_allowed=True)
        assert kind(target) is FailureKind.NOT_SENT
        assert peer.connections == 0


@pytest.mark.parametrize("address", ["169.254.169.254", "0.0.0.0", "[fe80::1]", "224.0.0.1", "240.0.0.1"])  # noqa: S104
def test_a_permission_for_private_networks_opens_no_other_special_ones(address: str) -> None:
    refused = failure(Target(service=SERVICE, base_url=f"https://{address}:1", private_allowed=True))

    assert refused.reason == "the address is on a network that may not be reached"


def test_one_forbidden_address_among_several_forbids_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(answering(OK)) as peer:
        both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, peer.port)) for text in ("8.8.8.8", "127.0.0.1")]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: both)
        refused = failure(Target(service=SERVICE, base_url=f"https://tm.example:{peer.port}"))

    assert refused.reason == "the address is on a network that may not be reached"
    assert peer.connections == 0


def test_a_name_is_resolved_once_and_the_judged_address_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serve(answering(OK)) as judged:
        answers = iter(["127.0.0.1", "127.0.0.2"])
        asked = []

        def rebinding(host: str, port: int, **kwargs: Any) -> Any:
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        assert send(FRESH, plain(judged, base_url=f"http://tm.example:{judged.port}")).status == 200

    assert asked == ["tm.example"]
    assert judged.connections == 1


@pytest.mark.parametrize("pin", [{"fingerprint": "0" * 64}, {"ca_pem": "x"}])
def test_a_pin_without_tls_is_refused(pin: dict[str, str]) -> None:
    with serve(answering(OK)) as peer:
        refused = failure(plain(peer, **pin))

    assert refused.reason == "the address must begin with https"
