"""The certificate that a simulated Taxi-Master server made for itself, as real ones do."""

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

MODERN, RSA_ONLY, SELF_SIGNED, WEAK, CHANGED = TLS_MODES = ("modern", "rsa-only", "self-signed", "weak", "changed")
KEY_BITS, WEAK_BITS = 2048, 1024
# Without forward secrecy, as older Windows servers do it.
RSA_CIPHERS = "AES256-GCM-SHA384:AES128-GCM-SHA256:AES256-SHA256:AES128-SHA256:AES256-SHA:AES128-SHA"
LIFETIME = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Where certificate and key lie, and the fingerprint (SHA-256, hexadecimal) for the pin."""

    certificate: Path
    key: Path
    fingerprint: str


def keep_certificate(folder: Path, *, address: str, mode: str = SELF_SIGNED) -> Certificate:
    """Return the certificate in `folder`, made on the first call; the file `fingerprint` beside it holds the pin. In
    the mode `changed` it is made anew each time, in the mode `weak` with a key that nobody should use.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weak = "weak-" if mode == WEAK else ""
    certificate, key = folder / f"{weak}certificate.pem", folder / f"{weak}key.pem"
    if mode == CHANGED or not (certificate.exists() and key.exists()):
        _make(certificate, key, address=address, bits=WEAK_BITS if mode == WEAK else KEY_BITS)
    fingerprint = x509.load_pem_x509_certificate(certificate.read_bytes()).fingerprint(hashes.SHA256()).hex()
    (folder / "fingerprint").write_text(fingerprint + "\n", encoding="ascii")
    return Certificate(certificate, key, fingerprint)


def context_of(certificate: Certificate, mode: str) -> ssl.SSLContext:
    """How a server of this mode speaks TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if mode == MODERN:
        context.minimum_version = ssl.TLSVersion.TLSv1_3
    if mode == RSA_ONLY:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(RSA_CIPHERS)
    if mode == WEAK:
        context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.load_cert_chain(certificate.certificate, certificate.key)
    return context


def _make(certificate: Path, key: Path, *, address: str, bits: int) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Taxi-Master simulator")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(_names(address)), critical=False)
        .sign(private, hashes.SHA256())
    )
    key.touch(mode=0o600)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))


def _names(address: str) -> list[x509.GeneralName]:
    try:
        own: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        own = x509.DNSName(address)
    return [x509.DNSName("localhost"), own]
