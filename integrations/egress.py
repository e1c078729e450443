"""Ways out of this machine: which addresses may be reached, and whose certificate is believed.

A name is resolved once and the socket goes to the very address that was judged, so that a name which changes its
answer between the check and the use gains nothing.
"""

import hashlib
import hmac
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from typing_extensions import override
from urllib3.util.ssl_match_hostname import CertificateError, match_hostname

from callcenter.contracts import FailureKind, Target, TransportFailure, Trouble

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# NAT64 (RFC 6052) hides an IPv4 address that `ipaddress` does not unwrap by itself.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# RFC 1918, RFC 6598 (carriers and overlay networks), RFC 4193 and loopback: where a program on the service's own
# network may live. Link-local is not among them: metadata services answer there.
_PRIVATE: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "fc00::/7", "::1/128")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a target's base address points to."""

    secure: bool
    host: str
    port: int
    prefix: str

    @property
    def host_header(self) -> str:
        """The value of the Host header."""
        written = f"[{self.host}]" if ":" in self.host else self.host
        return written if self.port == (443 if self.secure else 80) else f"{written}:{self.port}"


class Deadline:
    """A point of time up to which one step may last."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left; TimeoutError when there are none."""
        seconds = self._until - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("the time allowed is over")
        return seconds


class _Bounded(socket.socket):
    """A socket whose every operation ends at the deadline, however slowly the other side drips."""

    deadline: Deadline | None = None

    def bound(self) -> None:
        """Let the next operation last no longer than what is left."""
        if self.deadline is not None:
            self.settimeout(self.deadline.left())

    @override
    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.bound()
        return super().recv_into(*args, **kwargs)

    @override
    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self.bound()
        super().sendall(*args, **kwargs)


class PlainSocket(_Bounded):
    """Without TLS: only towards places that the centre's administrator has allowed."""


class TlsSocket(ssl.SSLSocket, _Bounded):
    """With TLS."""

    @override
    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.bound()
        return ssl.SSLSocket.recv_into(self, *args, **kwargs)

    @override
    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self.bound()
        ssl.SSLSocket.sendall(self, *args, **kwargs)


def not_sent(reason: str, trouble: Trouble = Trouble.UNREACHABLE) -> TransportFailure:
    """The failure of a request of which nothing has left this machine."""
    return TransportFailure(FailureKind.NOT_SENT, reason, trouble)


def read_place(target: Target) -> Place:
    """Take the base address apart; TransportFailure (nothing sent) when its form is not allowed."""
    url = target.base_url
    if any(character.isspace() or not character.isprintable() for character in url) or "\\" in url:
        raise not_sent("the address has characters that no address has", Trouble.ADDRESS)
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
    except ValueError:
        raise not_sent("the address cannot be read", Trouble.ADDRESS) from None
    if parts.scheme not in ("https", "http") or not host or parts.query or parts.fragment or "@" in parts.netloc:
        raise not_sent("the address is not of the form https://host:port", Trouble.ADDRESS)
    secure = parts.scheme == "https"
    if not secure and (not target.private_allowed or target.fingerprint or target.ca_pem):
        raise not_sent("the address must begin with https", Trouble.ADDRESS)
    return Place(secure=secure, host=host, port=port or (443 if secure else 80), prefix=parts.path.rstrip("/"))


def is_reachable(address: Address, *, private_allowed: bool) -> bool:
    """Tell whether a request may go to `address`; embedded IPv4 addresses are judged as what they are."""
    for inner in _embedded(address):
        private = any(inner in network for network in _PRIVATE if network.version == inner.version)
        public = inner.is_global and not inner.is_multicast and not inner.is_reserved
        if not (public or (private and private_allowed)):
            return False
    return True


def open_socket(place: Place, target: Target, deadline: Deadline) -> PlainSocket | TlsSocket:
    """Connect to the target and make sure who answers; TransportFailure (nothing sent) when that does not succeed."""
    try:
        raw = _connect(_permitted(place, target, deadline), place.port, deadline)
        return _secure(raw, place, target, deadline) if place.secure else raw
    except TimeoutError:
        raise not_sent("no connection in time") from None
    except ssl.SSLCertVerificationError as error:
        raise not_sent(f"certificate is not trusted: {error.verify_message}", Trouble.CERTIFICATE_UNTRUSTED) from None
    except ssl.SSLError as error:
        raise not_sent(f"no TLS connection: {error.reason or 'the other side ended it'}") from None
    except OSError as error:
        raise not_sent(f"no connection: {error.strerror or 'refused'}") from None


def certificate_fingerprint(
    host: str, port: int, *, private_allowed: bool = False, connect_timeout_s: float = 4.0
) -> str:
    """Return the SHA-256 fingerprint (hex) of the certificate shown at `host`, for a person to compare and confirm.

    Nothing is sent but the TLS handshake, and nothing is believed.
    """
    place = Place(secure=True, host=host, port=port, prefix="")
    deadline = Deadline(connect_timeout_s)
    context = _context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        addresses = _judged(place, deadline, private_allowed=private_allowed)
        with _wrapped(_connect(addresses, port, deadline), place, context, deadline) as secured:
            return _fingerprint(secured)
    except OSError as error:
        raise not_sent(f"no certificate to be seen: {type(error).__name__}") from None


def _embedded(address: Address) -> Sequence[Address]:
    """The address itself, or every IPv4 address that it leads to."""
    if isinstance(address, ipaddress.IPv4Address):
        return (address,)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    if address in _NAT64:
        return (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF),)
    return (address,)


def _permitted(place: Place, target: Target, deadline: Deadline) -> Sequence[Address]:
    return _judged(place, deadline, private_allowed=target.private_allowed)


def _judged(place: Place, deadline: Deadline, *, private_allowed: bool) -> Sequence[Address]:
    """Resolve once; one forbidden address among several forbids all."""
    addresses = _resolve(place, deadline)
    if not all(is_reachable(address, private_allowed=private_allowed) for address in addresses):
        raise not_sent("the address is on a network that may not be reached", Trouble.ADDRESS)
    return addresses


def _resolve(place: Place, deadline: Deadline) -> Sequence[Address]:
    """Ask the system's resolver, which knows no time limit, in a thread of its own."""
    answer: queue.SimpleQueue[Sequence[Address] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
            answer.put([ipaddress.ip_address(entry[4][0]) for entry in found])
        except (OSError, ValueError) as error:
            answer.put(OSError(str(error)))

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        found = answer.get(timeout=deadline.left())
    except queue.Empty:
        raise not_sent("the name was not resolved in time") from None
    if isinstance(found, OSError) or not found:
        raise not_sent("the name is not known")
    return found


def _connect(addresses: Sequence[Address], port: int, deadline: Deadline) -> PlainSocket:
    """Try one address after the other; each gets its fair part of the time that is left."""
    failure: OSError = OSError("no address")
    for position, address in enumerate(addresses):
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        raw = PlainSocket(family, socket.SOCK_STREAM)
        try:
            raw.settimeout(deadline.left() / (len(addresses) - position))
            raw.connect((str(address), port))
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            raw.close()
            failure = error
        else:
            return raw
    raise failure


def _secure(raw: PlainSocket, place: Place, target: Target, deadline: Deadline) -> TlsSocket:
    """Shake hands and check the certificate by the target's mode of trust."""
    context = _context()
    if target.fingerprint:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    elif target.ca_pem:
        _trust_pem(context, target.ca_pem)
    else:
        context.load_default_certs()
    secured = _wrapped(raw, place, context, deadline)
    try:
        if target.fingerprint:
            _match_fingerprint(secured, target.fingerprint)
        elif target.ca_pem:
            _match_pem(secured, place.host, target.ca_pem)
    except BaseException:
        secured.close()
        raise
    return secured


def _context() -> ssl.SSLContext:
    """TLS 1.2 or newer with OpenSSL's own cipher list: Python's shorter one cannot talk to servers that know only RSA
    key exchange, as older Taxi-Master installations do.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("DEFAULT")
    context.sslsocket_class = TlsSocket
    return context


def _trust_pem(context: ssl.SSLContext, pem: str) -> None:
    """Trust exactly these certificates; the host name is judged after the handshake."""
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError):
        raise not_sent("the stored certificate cannot be read", Trouble.CERTIFICATE_UNTRUSTED) from None


def _wrapped(raw: PlainSocket, place: Place, context: ssl.SSLContext, deadline: Deadline) -> TlsSocket:
    try:
        raw.settimeout(deadline.left())
        secured = context.wrap_socket(raw, server_hostname=place.host)
    except BaseException:
        raw.close()
        raise
    assert isinstance(secured, TlsSocket)  # noqa: S101 - made by sslsocket_class above
    return secured


def _fingerprint(secured: ssl.SSLSocket) -> str:
    return hashlib.sha256(secured.getpeercert(binary_form=True) or b"").hexdigest()


def _match_fingerprint(secured: ssl.SSLSocket, pinned: str) -> None:
    expected = pinned.replace(":", "").strip().lower()
    if not hmac.compare_digest(_fingerprint(secured).encode(), expected.encode()):
        raise not_sent("certificate does not match the pinned one", Trouble.CERTIFICATE_CHANGED)


def _match_pem(secured: ssl.SSLSocket, host: str, pem: str) -> None:
    """The server's own certificate proves itself whatever name it bears; one issued by a stored authority must name
    the host.
    """
    shown = ssl.DER_cert_to_PEM_cert(secured.getpeercert(binary_form=True) or b"").split()
    if "".join(shown) in "".join(pem.split()):
        return
    try:
        match_hostname(cast("Any", secured.getpeercert()), host)
    except CertificateError:
        raise not_sent("certificate does not name the host", Trouble.CERTIFICATE_UNTRUSTED) from None
