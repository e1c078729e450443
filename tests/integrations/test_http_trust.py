"""Whose certificate the HTTP client believes."""

import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes

from callcenter.contracts import FailureKind, TransportFailure
from integrations.http import certificate_fingerprint, send
from tests.integrations.http_peer import FRESH, OK, answering, certify, failure, kind, pem, secure, serve


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return certify(tmp_path_factory.mktemp("own"), "elsewhere.example")


def test_the_pinned_certificate_is_believed_and_another_is_not(own: Any) -> None:
    certificate, _, context = own
    pinned = certificate.fingerprint(hashes.SHA256()).hex()
    with serve(answering(OK), context=context) as peer:
        assert send(FRESH, secure(peer, fingerprint=pinned)).status == 200
        assert send(FRESH, secure(peer, fingerprint=certificate.fingerprint(hashes.SHA256()).hex(":").upper())).body
        changed = failure(secure(peer, fingerprint="0" * 64))

    assert (changed.kind, changed.reason) == (FailureKind.NOT_SENT, "certificate does not match the pinned one")
    assert len(peer.requests) == 2


def test_a_self_signed_certificate_is_refused_without_a_pin(own: Any) -> None:
    with serve(answering(OK), context=own[2]) as peer:
        refused = failure(secure(peer))

    assert (refused.kind, refused.reason) == (
        FailureKind.NOT_SENT, "certificate is not trusted: self-signed certificate",
    )  # fmt: skip
    assert peer.requests == []


def test_the_servers_own_certificate_is_believed_whatever_name_it_bears(own: Any, tmp_path: Path) -> None:
    certificate, _, context = own
    stranger, _, _ = certify(tmp_path, "elsewhere.example")
    with serve(answering(OK), context=context) as peer:
        assert send(FRESH, secure(peer, ca_pem=pem(certificate))).status == 200
        assert kind(secure(peer, ca_pem=pem(stranger))) is FailureKind.NOT_SENT
        assert failure(secure(peer, ca_pem="nonsense")).reason == "the stored certificate cannot be read"


def test_a_certificate_of_the_services_own_authority_must_name_the_host(own: Any, tmp_path: Path) -> None:
    authority = own[:2]
    _, _, right = certify(tmp_path, "127.0.0.1", issuer=authority)
    _, _, wrong = certify(tmp_path, "other.example", issuer=authority)
    with serve(answering(OK), context=right) as peer:
        assert send(FRESH, secure(peer, ca_pem=pem(authority[0]))).status == 200
    with serve(answering(OK), context=wrong) as peer:
        refused = failure(secure(peer, ca_pem=pem(authority[0])))

    assert (refused.kind, refused.reason) == (FailureKind.NOT_SENT, "certificate does not name the host")


def test_a_server_that_knows_only_rsa_key_exchange_is_reached(tmp_path: Path) -> None:
    certificate, _, context = certify(tmp_path, "127.0.0.1")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-GCM-SHA256")
    with serve(answering(OK), context=context) as peer:
        pinned = secure(peer, fingerprint=certificate.fingerprint(hashes.SHA256()).hex())
        assert send(FRESH, pinned).status == 200


def test_the_fingerprint_of_a_server_can_be_seen_before_it_is_believed(own: Any) -> None:
    certificate, _, context = own
    with serve(answering(), context=context) as peer:
        shown = certificate_fingerprint("127.0.0.1", peer.port, private_allowed=True)
        with pytest.raises(TransportFailure, match="the address is on a network that may not be reached"):
            certificate_fingerprint("127.0.0.1", peer.port)

    assert shown == certificate.fingerprint(hashes.SHA256()).hex()
    assert peer.connections == 1
