"""Settings from the environment, and the one place that names connectors."""

import json
import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from psycopg.conninfo import conninfo_to_dict

ROOT = Path(__file__).resolve().parent.parent.parent

DEBUG = os.environ.get("TORGET_DEBUG") == "1"
DEMO = os.environ.get("TORGET_DEMO") == "1"
# The fallback is for checks and tests only: `torget web` refuses to start with it outside the demo.
INSECURE_SECRET_KEY = "only-for-checks-and-tests"  # noqa: S105
SECRET_KEY = os.environ.get("TORGET_SECRET_KEY", INSECURE_SECRET_KEY)
# Fernet keys for credentials at rest, newest first, separated by commas; see docs/operations.
CREDENTIAL_KEYS = [key for key in os.environ.get("TORGET_CREDENTIAL_KEYS", "").split(",") if key]
ALLOWED_HOSTS = os.environ.get("TORGET_ALLOWED_HOSTS", "127.0.0.1,localhost,testserver").split(",")
PUBLIC_URL = os.environ.get("TORGET_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
IS_HTTPS = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    # Only the second factor is used; it needs allauth's accounts, whose pages and tables stay empty.
    "allauth.account",
    "allauth.mfa",
    "torget.config",
    "torget.foundation.design",
    "torget.foundation.cooperations",
    "torget.foundation.people",
    "torget.foundation.audit",
    "torget.foundation.notify",
    "torget.foundation.retention",
    "torget.foundation.staff",
    "torget.payments.fees",
    "torget.payments.ledger",
    "torget.payments.checkout",
    "torget.payments.receipts",
    "torget.payments.settlement",
    "torget.payments.closing",
    "torget.payments.links",
    "torget.payments.reminders",
    "torget.payments.guardians",
    "torget.payments.invariants",
    "torget.payments.api",
    "torget.payments.web",
    "torget.payments.web.books",
    "torget.payments.web.upkeep",
    "torget.payments.web.libraries",
    "torget.payments.web.links",
    "torget.payments.web.reminders",
    "torget.payments.web.guardians",
    "torget.payments.web.agreed_fees",
    "torget.payments.web.months",
    "torget.payments.web.reconciliation",
    "torget.casework.cases",
    "torget.casework.decisions",
    "torget.casework.publication",
    "torget.casework.web",
    "torget.service.forms",
    "torget.service.knowledge",
    "torget.service.conversations",
    "torget.service.web",
    "torget.procedures",
    "torget.onboarding",
    "torget.onboarding.web",
]

MIDDLEWARE = [
    "torget.config.observe.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "torget.config.urls"
WSGI_APPLICATION = "torget.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "torget.payments.web.context.page",
            ],
            "string_if_invalid": "",
        },
    },
]


def database_from_url(url: str) -> dict[str, Any]:
    """A libpq address (URL or keywords) as Django wants it; `options` may choose the schema by search_path."""
    parts = conninfo_to_dict(url)
    options: dict[str, Any] = {
        key: value for key, value in parts.items() if key not in ("dbname", "user", "password", "host", "port")
    }
    if os.environ.get("TORGET_DATABASE_POOL") == "1":
        options["pool"] = {"min_size": 1, "max_size": int(os.environ.get("TORGET_DATABASE_POOL_SIZE_MAX", "8"))}
    return {
        "ENGINE": "torget.foundation.postgres",
        "NAME": parts.get("dbname", "torget"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0 if "pool" in options else None,
        "CONN_HEALTH_CHECKS": "pool" not in options,
    }


DATABASES = {"default": database_from_url(os.environ.get("DATABASE_URL", "postgresql:///torget"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Employee"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "staff-sign-in"
LOGIN_REDIRECT_URL = "staff-home"
# Whose role is named here signs in with a second factor; the others may choose to.
SECOND_FACTOR_ROLES = [
    role for role in os.environ.get("TORGET_SECOND_FACTOR_ROLES", "finance,coordinator,operator").split(",") if role
]
MFA_ADAPTER = "torget.foundation.people.second_factor.adapter.SealedAdapter"
MFA_TOTP_ISSUER = "Torget"
# A phone's clock may be half a minute wrong.
MFA_TOTP_TOLERANCE = 1

USE_TZ = True
TIME_ZONE = "Europe/Helsinki"
LANGUAGE_CODE = "fi"
LANGUAGES = [("sv", "Svenska"), ("fi", "Suomi"), ("en", "English")]
LOCALE_PATHS = [ROOT / "torget" / "locale"]
LANGUAGE_COOKIE_NAME = "torget_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = IS_HTTPS
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600

FORM_RENDERER = "torget.foundation.design.forms.DesignFormRenderer"
STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("TORGET_STATIC_ROOT")
_HASHED = "whitenoise.storage.CompressedManifestStaticFilesStorage"
_PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _HASHED if os.environ.get("TORGET_STATIC_ROOT") else _PLAIN},
}

# `__Host-` cookies need https; the demo runs on plain http over loopback.
SESSION_COOKIE_NAME = "__Host-torget" if IS_HTTPS else "torget"
SESSION_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
# Lax, not Strict: the return from the payment provider is a cross-site GET and must find the session.
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 30 * 60
CSRF_COOKIE_NAME = "__Host-torget-csrf" if IS_HTTPS else "torget-csrf"
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "torget.payments.web.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31536000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# How many proxies stand before us and append to X-Forwarded-For; 0 trusts the socket's address only.
TRUSTED_PROXY_COUNT = int(os.environ.get("TORGET_TRUSTED_PROXY_COUNT", "0"))

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    },
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
FILE_UPLOAD_HANDLERS = [
    "torget.service.web.upload.RefuseLargeFiles",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

EMAIL_BACKEND = os.environ.get("TORGET_EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = os.environ.get("TORGET_EMAIL_HOST", "127.0.0.1")
EMAIL_PORT = int(os.environ.get("TORGET_EMAIL_PORT", "25"))
EMAIL_TIMEOUT = 10
EMAIL_FILE_PATH = os.environ.get("TORGET_EMAIL_FOLDER")
DEFAULT_FROM_EMAIL = os.environ.get("TORGET_EMAIL_FROM", "torget@example.fi")

# The mailbox of customer service. Answers go to it with the conversation's token after a plus.
SERVICE_MAILBOX_ADDRESS = os.environ.get("TORGET_SERVICE_MAILBOX_ADDRESS", "")
# Who our mail server calls itself in Authentication-Results; without it every sender counts as unconfirmed.
SERVICE_MAIL_TRUSTED_SERVER = os.environ.get("TORGET_SERVICE_MAIL_TRUSTED_SERVER", "")
# As what a message without a thread begins.
SERVICE_MAILBOX_SERVICE_TYPE = "other_municipality"
SERVICE_MAILBOX: dict[str, Any] = {
    "BACKEND": "torget.connectors.mailboxes.imap.mailbox.ImapMailbox",
    "OPTIONS": {
        "host": os.environ.get("TORGET_SERVICE_IMAP_HOST", ""),
        "port": int(os.environ.get("TORGET_SERVICE_IMAP_PORT", "993")),
        "username": os.environ.get("TORGET_SERVICE_IMAP_USER", ""),
        "password": os.environ.get("TORGET_SERVICE_IMAP_PASSWORD", ""),
        "security": os.environ.get("TORGET_SERVICE_IMAP_SECURITY", "tls"),
    },
}

# Text messages go out through this gateway, in this sender's name; without its address there are none.
SMS_GATEWAY: dict[str, Any] = {
    "BACKEND": "torget.connectors.sms_gateways.gatewayapi.gateway.GatewayApi",
    "OPTIONS": {name: os.environ.get(f"TORGET_SMS_{name.upper()}", "") for name in ("url", "token", "sender")},
}

# Kinds of matters that people can bring: a folder of torget/procedures each (docs/how-to/add-a-procedure.md).
PROCEDURES = [
    "torget.procedures.fee_dispute",
    "torget.procedures.payment_time",
    "torget.procedures.other_municipality",
]

# How long what is kept, and the parts that can carry it out, what refers to others before them (ADR 37).
RETENTION_POLICY = os.environ.get("TORGET_RETENTION_POLICY", str(ROOT / "torget" / "config" / "retention_policy.json"))
RETENTION_ACTS = [
    "torget.service.conversations.retention",
    "torget.service.forms.retention",
    "torget.payments.reminders.retention",
    "torget.payments.links.retention",
    "torget.payments.guardians.retention",
    "torget.payments.api.retention",
    "torget.payments.checkout.retention",
    "torget.payments.settlement.retention",
    "torget.payments.fees.retention",
    "torget.payments.web.books.retention",
    "torget.foundation.notify.retention",
    "torget.foundation.audit.retention",
    "torget.foundation.people.retention",
]
# Who knows something of a person, for `torget person export` and `erase`.
PERSON_RECORDS = [
    "torget.payments.reminders.person",
    "torget.payments.links.person",
    "torget.payments.guardians.person",
    "torget.payments.checkout.person",
    "torget.service.conversations.person",
    "torget.casework.cases.person",
    "torget.casework.decisions.person",
    "torget.casework.publication.person",
    "torget.foundation.people.person",
]

# The organisation's seal on decisions: PEM files, and a time stamping service if there is one.
SEAL_KEY, SEAL_CERTIFICATE = (os.environ.get(f"TORGET_SEAL_{name}", "") for name in ("KEY", "CERTIFICATE"))
SEAL_CHAIN = [path for path in os.environ.get("TORGET_SEAL_CHAIN", "").split(",") if path]
SEAL_TIME_STAMP_URL = os.environ.get("TORGET_SEAL_TIME_STAMP_URL", "")
# How case numbers are written (casework/core/numbering.py).
CASE_NUMBER_FORMAT = os.environ.get("TORGET_CASE_NUMBER_FORMAT", "{running}/{class}/{year}")

# Which connector speaks to which outside system. The secrets of merchant accounts are encrypted in the database.
LIBRARY_SYSTEMS: dict[str, dict[str, Any]] = json.loads(os.environ.get("TORGET_LIBRARY_SYSTEMS", "{}"))
LIBRARY_SYSTEM_KINDS = {
    "folio": "torget.connectors.library_systems.folio.library.FolioLibrary",
    "koha": "torget.connectors.library_systems.koha.library.KohaLibrary",
    "koha-suomi": "torget.connectors.library_systems.koha.suomi.KohaSuomiLibrary",
    "mikromarc": "torget.connectors.library_systems.mikromarc.library.MikromarcLibrary",
    "sip2": "torget.connectors.library_systems.sip2.library.Sip2Library",
}


def payment_provider(name: str, title: str, url: str, *more_page_origins: str) -> dict[str, Any]:
    """`title` is what people call it, and without spaces its connector's class; `url` is where its interface is.

    PAGE_ORIGINS, where a patron's browser may be sent, go into form-action. TORGET_<NAME>_URL and _PAGE_ORIGINS win.
    """
    variable = f"TORGET_{name.upper()}"
    page_origins = os.environ.get(f"{variable}_PAGE_ORIGINS", ",".join((url, *more_page_origins)))
    return {
        "BACKEND": f"torget.connectors.payment_providers.{name}.provider.{title.replace(' ', '')}",
        "TITLE": title,
        "OPTIONS": {"base_url": os.environ.get(f"{variable}_URL", url)},
        "PAGE_ORIGINS": page_origins.split(","),
    }


# One line for each provider (docs/how-to/add-a-payment-provider.md).
PAYMENT_PROVIDERS: dict[str, dict[str, Any]] = {
    "paytrail": payment_provider("paytrail", "Paytrail", "https://services.paytrail.com", "https://pay.paytrail.com"),
    "ceepos": payment_provider("ceepos", "Ceepos", "https://verkkomaksut.cpu.fi"),
    "visma_pay": payment_provider("visma_pay", "Visma Pay", "https://www.vismapay.com"),
    "mobilepay": payment_provider("mobilepay", "MobilePay", "https://api.vipps.no", "https://landing.vipps.no"),
    "stripe": payment_provider("stripe", "Stripe", "https://api.stripe.com", "https://checkout.stripe.com"),
}

# Attachments wait until ClamAV's daemon has passed them; without one they wait for ever.
SCANNER: dict[str, Any] = {
    "BACKEND": "torget.connectors.scanners.clamav.scanner.ClamAv",
    "OPTIONS": {
        "socket": os.environ.get("TORGET_CLAMD_SOCKET", ""),
        "host": os.environ.get("TORGET_CLAMD_HOST", ""),
        "port": int(os.environ.get("TORGET_CLAMD_PORT", "3310")),
    },
}

# Files of providers and banks are kept here by their SHA-256; web and jobs must see the same folder.
SETTLEMENT_FOLDER = os.environ.get("TORGET_SETTLEMENT_FOLDER", str(ROOT / ".settlement"))
SETTLEMENT_FILE_BYTES_MAX = int(os.environ.get("TORGET_SETTLEMENT_FILE_BYTES_MAX", str(4 << 30)))
# Which reader understands which file; PROVIDER is a merchant account's provider or "bank".
SETTLEMENT_FORMATS: dict[str, dict[str, Any]] = {
    "paytrail-csv": {
        "PROVIDER": "paytrail",
        "READER": "torget.connectors.payment_providers.paytrail.reports.PaytrailCsv",
    },
    "paytrail-csv-signed": {
        "PROVIDER": "paytrail",
        "READER": "torget.connectors.payment_providers.paytrail.reports.PaytrailCsv",
        "OPTIONS": {"is_surely_whole": True},
        "IS_UPLOADED": False,
    },
    "paytrail-json": {
        "PROVIDER": "paytrail",
        "READER": "torget.connectors.payment_providers.paytrail.reports.PaytrailJson",
        "STARTS_WITH": "[",
    },
    "ceepos-csv": {"PROVIDER": "ceepos", "READER": "torget.connectors.settlement_files.ceepos.reader.CeeposCsv"},
    "stripe-payout-csv": {
        "PROVIDER": "stripe",
        "READER": "torget.connectors.settlement_files.stripe.reader.StripePayoutCsv",
    },
    "mobilepay-ledger-csv": {
        "PROVIDER": "mobilepay",
        "READER": "torget.connectors.settlement_files.mobilepay.reader.MobilePayLedgerCsv",
    },
    "camt": {"PROVIDER": "bank", "READER": "torget.connectors.bank_statements.camt.reader.CamtReader"},
}

# Webhooks may go to this machine's own addresses, and by plain http there: for development and tests alone.
WEBHOOK_LOOPBACK = os.environ.get("TORGET_WEBHOOK_LOOPBACK") == "1"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "torget.config.log_format.MaskingFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("TORGET_LOG_LEVEL", "INFO")},
    "loggers": {
        # Django's own request log repeats ours and would print whole addresses, which may carry signed parameters.
        "django.request": {"level": "CRITICAL"},
        "httpx": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
    },
}
