"""What lies outside: reached by opening a connection and asking for nothing that changes anything."""

import smtplib
import socket
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from torget.config.doctor.finding import Finding, error, ok, warning
from torget.connectors.diagnosis import Trouble, diagnose
from torget.service.conversations.fetch_mail import mailbox
from torget.service.core.ports import MailboxDown, ScannerDown
from torget.service.forms.scanners import scanner

_SECONDS_MAX = 5.0
_SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


def _address(options: dict[str, Any]) -> tuple[str, str, int] | None:
    """Of a connector's options: its address on the web, or its host and port."""
    if "base_url" in options:
        parts = urlsplit(options["base_url"])
        return options["base_url"], parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    if "host" in options and "port" in options:
        return "", str(options["host"]), int(options["port"])
    return None


def _reach(check: str, options: dict[str, Any], do: str) -> Finding:
    address = _address(options)
    if address is None:
        return warning(check, "its options name no address", "Only its own connector can tell; look at its log.")
    url, host, port = address
    if url:
        found = diagnose(url)
        if found.trouble is not None:
            how = "answers, but" if found.trouble in (Trouble.SERVER_ERROR, Trouble.CLOCK) else "cannot be reached"
            return error(check, f"{host}:{port} {how}: {found.trouble.replace('_', ' ')} {found.detail}".rstrip(), do)
        return ok(check, f"{host} answers")
    try:
        socket.create_connection((host, port), timeout=_SECONDS_MAX).close()
    except OSError as problem:
        return error(check, f"{host}:{port} cannot be reached: {type(problem).__name__}", do)
    return ok(check, f"{host}:{port} takes a connection")


def check_library_systems() -> list[Finding]:
    if not settings.LIBRARY_SYSTEMS:
        return [error("library systems", "TORGET_LIBRARY_SYSTEMS names none", "Nobody can sign in until it does.")]
    do = "Ask its operator; check the address, the firewall and the certificate. Paid payments wait meanwhile."
    return [
        _reach(f"library system {name}", system.get("options", {}), do)
        for name, system in sorted(settings.LIBRARY_SYSTEMS.items())
    ]


def check_providers() -> list[Finding]:
    do = "Look at the provider's status page, and at the firewall. Nobody can pay meanwhile, and nothing is lost."
    return [
        _reach(f"provider {name}", provider.get("OPTIONS", {}), do)
        for name, provider in sorted(settings.PAYMENT_PROVIDERS.items())
    ]


def check_mail() -> list[Finding]:
    """The server greets us and takes a NOOP; no message goes out."""
    if settings.EMAIL_BACKEND != _SMTP_BACKEND:
        return [ok("mail", f"goes to {settings.EMAIL_BACKEND.rsplit('.', 2)[-2]}")]
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=_SECONDS_MAX) as server:
            code, _text = server.noop()
    except (OSError, smtplib.SMTPException) as problem:
        do = "Check TORGET_EMAIL_HOST and TORGET_EMAIL_PORT; receipts wait in the out-box for about three days."
        return [error("mail", f"{where} cannot be reached: {type(problem).__name__}", do)]
    if code != 250:
        return [error("mail", f"{where} answers {code}", "Ask the mail server's operator.")]
    return [ok("mail", f"{where} answers")]


def check_scanner() -> list[Finding]:
    """A few harmless bytes are given to it, as an attachment would be."""
    options = settings.SCANNER["OPTIONS"]
    where = options.get("socket") or options.get("host")
    if not where:
        return [ok("scanner", "none is configured; files of customer service wait unopened")]
    try:
        finding = scanner().scan(b"torget doctor")
    except ScannerDown as problem:
        do = "Start clamd, and check TORGET_CLAMD_SOCKET or TORGET_CLAMD_HOST; files wait unopened meanwhile."
        return [error("scanner", f"{where} gives no verdict: {problem}", do)]
    if finding:
        do = "Look at its signatures: it would refuse every file."
        return [error("scanner", f"{where} takes harmless bytes for {finding}", do)]
    return [ok("scanner", f"{where} answers")]


def check_mailbox() -> list[Finding]:
    """Signs in and reads nothing; what waits stays as it is."""
    where = settings.SERVICE_MAILBOX["OPTIONS"].get("host")
    if not where:
        return [ok("mailbox", "none is configured; nothing is fetched")]
    try:
        list(mailbox().waiting(count_max=0, size_max=0))
    except MailboxDown as problem:
        do = "Check TORGET_SERVICE_IMAP_HOST, _PORT, _USER, _PASSWORD and _SECURITY; letters wait on the server."
        return [error("mailbox", f"{where} does not let us in: {problem}", do)]
    return [ok("mailbox", f"{where} lets us in")]
