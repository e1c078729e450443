"""The certificate that a simulated Taxi-Master server made for itself, as real ones do."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

KEY_BITS = 2048
LIFETIME = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Where certificate and key lie, and the fingerprint (SHA-256, hexadecimal) for the pin."""

    certificate: Path
    key: Path
    fingerprint: str


def keep_certificate(folder: Path, *, address: str) -> Certificate:
    """Return the certificate in `folder`, made on the first call; the file `fingerprint` beside it holds the pin."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    if not (certificate.exists() and key.exists()):
        _make(certificate, key, address=address)
    fingerprint = x509.load_pem_x509_certificate(certificate.read_bytes()).fingerprint(hashes.SHA256()).hex()
    (folder / "fingerprint").write_text(fingerprint + "\n", encoding="ascii")
    return Certificate(certificate, key, fingerprint)


def _make(certificate: Path, key: Path, *, address: str) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
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
