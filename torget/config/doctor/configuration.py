"""Settings, keys and certificates: what can be seen without asking anybody."""

import shutil
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from django.conf import settings
from django.utils import timezone

from torget.config.doctor.finding import Finding, error, ok, warning
from torget.foundation.core.retention import BadPolicy
from torget.foundation.retention.policy import policy

_FREE_BYTES_MIN = 2 * 1024**3
_FREE_SHARE_MIN = 0.1
_SEAL_ENDS_SOON = timedelta(days=30)


def check_secret() -> list[Finding]:
    if settings.SECRET_KEY == settings.INSECURE_SECRET_KEY or len(settings.SECRET_KEY) < 32:
        return [
            error("secret", "TORGET_SECRET_KEY is missing or short", "Set a random text of 50 characters; keep it.")
        ]
    return [ok("secret", "a secret key is set")]


def check_address() -> list[Finding]:
    found = []
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if not settings.IS_HTTPS and not settings.DEMO:
        found.append(
            error("address", f"{settings.PUBLIC_URL} is not https", "Set TORGET_PUBLIC_URL to what patrons see.")
        )
    if host not in settings.ALLOWED_HOSTS and "*" not in settings.ALLOWED_HOSTS:
        found.append(error("address", f"{host} is not among the allowed hosts", f"Add {host} to TORGET_ALLOWED_HOSTS."))
    if settings.DEBUG:
        found.append(error("address", "debug pages are shown to everybody", "Unset TORGET_DEBUG."))
    if not settings.STATIC_ROOT:
        found.append(
            warning("address", "static files have no hashed names", "Set TORGET_STATIC_ROOT and run collectstatic.")
        )
    elif not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        found.append(error("address", "the static files are not collected", "Run torget collectstatic."))
    return found or [ok("address", settings.PUBLIC_URL)]


def check_credential_keys() -> list[Finding]:
    if not settings.CREDENTIAL_KEYS:
        return [
            error("credential keys", "TORGET_CREDENTIAL_KEYS is not set", "Set the keys that merchants are sealed by.")
        ]
    for number, key in enumerate(settings.CREDENTIAL_KEYS, 1):
        try:
            Fernet(key)
        except ValueError:
            return [error("credential keys", f"key {number} is not a Fernet key", "Compare it with your key store.")]
    return [ok("credential keys", f"{len(settings.CREDENTIAL_KEYS)} well formed")]


def check_seal() -> list[Finding]:
    """The certificate's days, and that it belongs to the key."""
    if not settings.SEAL_KEY and not settings.SEAL_CERTIFICATE:
        return [warning("seal", "no seal is configured", "Decisions cannot be signed before TORGET_SEAL_KEY is set.")]
    do = "Check TORGET_SEAL_KEY and TORGET_SEAL_CERTIFICATE: PEM files that this user may read."
    try:
        certificate = x509.load_pem_x509_certificate(Path(settings.SEAL_CERTIFICATE).read_bytes())
        key = load_pem_private_key(Path(settings.SEAL_KEY).read_bytes(), None)
    except (OSError, ValueError, TypeError) as problem:
        return [error("seal", f"cannot be read: {problem}", do)]
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        return [error("seal", "the certificate belongs to another key", do)]
    left = certificate.not_valid_after_utc - timezone.now()
    if left < timedelta(0) or certificate.not_valid_before_utc > timezone.now():
        return [error("seal", "the certificate is not valid today", "Order a new one; nothing can be signed.")]
    if left < _SEAL_ENDS_SOON:
        return [warning("seal", f"the certificate ends in {left.days} days", "Order a new one now; it takes days.")]
    return [ok("seal", f"valid for {left.days} days")]


def check_retention_policy() -> list[Finding]:
    try:
        rules = policy()
    except (BadPolicy, OSError) as problem:
        do = "Mend the file that TORGET_RETENTION_POLICY names; nothing is removed until then."
        return [error("retention policy", str(problem), do)]
    return [ok("retention policy", f"{len(rules)} rules")]


def check_disk() -> list[Finding]:
    found = []
    for folder in sorted({str(settings.ROOT), settings.STATIC_ROOT or "", "/tmp"} - {""}):  # noqa: S108 - only looked at
        if not Path(folder).exists():
            continue
        disk = shutil.disk_usage(folder)
        says = f"{folder}: {disk.free / 1024**3:.1f} GB of {disk.total / 1024**3:.0f} GB free"
        if disk.free < _FREE_BYTES_MIN or disk.free < disk.total * _FREE_SHARE_MIN:
            found.append(warning("disk", says, "Make room; a full disk stops file uploads and logs."))
        else:
            found.append(ok("disk", says))
    return found
