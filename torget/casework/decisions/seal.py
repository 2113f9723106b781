"""The organisation's seal on a PDF: PAdES, so that any reader sees who sealed it and whether it was changed since."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.timestamps import HTTPTimeStamper

FIELD = "seal"


class NoSeal(RuntimeError):
    """TORGET_SEAL_KEY and TORGET_SEAL_CERTIFICATE name no key: nothing can be signed until they do."""


@dataclass(frozen=True, slots=True)
class SealFiles:
    key: str
    certificate: str
    chain: tuple[str, ...]


@lru_cache(maxsize=4)
def _signer(files: SealFiles) -> signers.SimpleSigner:
    load: Callable[..., signers.SimpleSigner | None] = signers.SimpleSigner.load
    signer = load(files.key, files.certificate, ca_chain_files=files.chain)
    if signer is None:
        raise NoSeal("the seal's key or certificate cannot be read")
    return signer


def _configured() -> SealFiles:
    if not settings.SEAL_KEY or not settings.SEAL_CERTIFICATE:
        raise NoSeal("TORGET_SEAL_KEY and TORGET_SEAL_CERTIFICATE are not set")
    return SealFiles(settings.SEAL_KEY, settings.SEAL_CERTIFICATE, tuple(settings.SEAL_CHAIN))


def seal_pdf(pdf: bytes, *, reason: str) -> bytes:
    """The PDF with the seal added as a revision: the bytes before it stay as they are. Raise NoSeal."""
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD, reason=reason, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    stamper = HTTPTimeStamper(settings.SEAL_TIME_STAMP_URL, timeout=5) if settings.SEAL_TIME_STAMP_URL else None
    signer = signers.PdfSigner(
        metadata, signer=_signer(_configured()), timestamper=stamper, new_field_spec=SigFieldSpec(FIELD)
    )
    sealed = io.BytesIO()
    signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=sealed)
    return sealed.getvalue()


def seal_ends_at() -> datetime | None:
    """Until when the seal's certificate is valid; None when none is configured. Raise OSError or ValueError."""
    if not settings.SEAL_CERTIFICATE:
        return None
    return x509.load_pem_x509_certificate(Path(settings.SEAL_CERTIFICATE).read_bytes()).not_valid_after_utc


def make_test_seal(folder: Path, organisation: str) -> None:
    """A certificate authority of our own and a seal under it, for the demo and for tests: nobody else trusts it."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    authority_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    authority_name = _name("Torget test authority")
    authority = (
        _certificate(authority_name, authority_name, authority_key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = (
        _certificate(_name(organisation), authority_name, key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    (folder / "seal-key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "seal-key.pem").chmod(0o600)
    (folder / "seal.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "authority.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "FI"), x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    )


def _certificate(
    subject: x509.Name, issuer: x509.Name, public_key: rsa.RSAPublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
