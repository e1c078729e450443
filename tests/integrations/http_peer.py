"""A scripted server, certificates, and the requests with which the HTTP client is tried."""

import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from callcenter.contracts import FailureKind, HttpRequest, Target, TransportFailure
from integrations.http import Pool, send

SERVICE = UUID(int=7)
GET = HttpRequest(method="GET", path="/orders?phone=89001234567", connect_timeout_s=2, read_timeout_s=2)
FRESH = HttpRequest(method="POST", path="/orders", body=b"{}", fresh_connection=True, read_timeout_s=2)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Kind: test\r\n\r\nok"

Script = Callable[[socket.socket, "Peer"], None]


class Peer:
    """A server that does what its script says with every connection, and counts them."""

    def __init__(self, script: Script, *, context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.script, self.context = script, context
        self.connections = 0
        self.requests: list[bytes] = []
        self.ended = threading.Event()
        self.closed = threading.Event()
        self.listener = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.port: int = self.listener.getsockname()[1]

    def run(self) -> None:
        while True:
            try:
                opened, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.handle, args=(opened,), daemon=True).start()

    def handle(self, opened: socket.socket) -> None:
        try:
            with opened:
                opened.settimeout(5)
                secured = self.context.wrap_socket(opened, server_side=True) if self.context else opened
                with secured:
                    self.script(secured, self)
        except OSError:
            pass
        finally:
            self.closed.set()

    def read(self, opened: socket.socket) -> bytes:
        """Read one request to its end."""
        heard = b""
        while b"\r\n\r\n" not in heard:
            heard += self.part(opened)
        head, _, body = heard.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        while len(body) < (int(length[1]) if length else 0):
            body += self.part(opened)
        self.requests.append(head + b"\r\n\r\n" + body)
        return self.requests[-1]

    def part(self, opened: socket.socket) -> bytes:
        received = opened.recv(65536)
        if not received:
            raise ConnectionError
        return received


@contextmanager
def serve(script: Script, *, context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Peer]:
    peer = Peer(script, context=context, host=host)
    threading.Thread(target=peer.run, daemon=True).start()
    try:
        yield peer
    finally:
        peer.ended.set()
        peer.listener.shutdown(socket.SHUT_RDWR)
        peer.listener.close()


def plain(peer: Peer, **changes: Any) -> Target:
    values: dict[str, Any] = {"base_url": f"http://127.0.0.1:{peer.port}", "private_allowed": True, **changes}
    return Target(service=SERVICE, **values)


def secure(peer: Peer, **changes: Any) -> Target:
    return plain(peer, base_url=f"https://127.0.0.1:{peer.port}", **changes)


def failure(target: Target, request: HttpRequest = FRESH) -> TransportFailure:
    with pytest.raises(TransportFailure) as failed:
        send(request, target, pool=Pool())
    return failed.value


def kind(target: Target, request: HttpRequest = FRESH) -> FailureKind:
    return failure(target, request).kind


def answering(*answers: bytes) -> Script:
    def script(opened: socket.socket, peer: Peer) -> None:
        for body in answers:
            peer.read(opened)
            opened.sendall(body)
        peer.ended.wait(5)

    return script


def certify(folder: Path, name: str, *, issuer: tuple[x509.Certificate, rsa.RSAPrivateKey] | None = None) -> Any:
    """Make a certificate for `name`, signed by itself or by `issuer`; return it, its key and a server's context."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        alternative = x509.DNSName(name)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .sign(issuer[1] if issuer else key, hashes.SHA256())
    )
    file = folder / f"{name}-{certificate.serial_number}.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return certificate, key, context


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
