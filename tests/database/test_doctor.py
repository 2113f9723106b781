"""The doctor finds what is planted, says what to do, and fails only where somebody is not served."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from benchmarks.ground import free_port
from tests.database.staff import pay
from tests.world import World
from torget.casework.decisions.seal import make_test_seal
from torget.config.doctor.examine import examine
from torget.config.doctor.finding import Finding, Level
from torget.foundation.notify.models import OutgoingEmail
from torget.payments.checkout.models import Payment
from torget.payments.invariants.check import check_invariants

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def about(check: str) -> Finding:
    (found, *_more) = [one for one in examine() if one.check == check]
    return found


@pytest.fixture
def in_order(world: World, tmp_path: Path) -> Any:
    """Settings of a machine in production, as far as a test can have them."""
    make_test_seal(tmp_path, "Porvoo")
    (tmp_path / "staticfiles.json").write_text("{}")
    with (
        override_settings(
            SECRET_KEY="x" * 50,
            # The others are at their real addresses, which a test does not call.
            PAYMENT_PROVIDERS={"paytrail": settings.PAYMENT_PROVIDERS["paytrail"]},
            PUBLIC_URL="https://torget.example.fi",
            IS_HTTPS=True,
            ALLOWED_HOSTS=["torget.example.fi"],
            STATIC_ROOT=str(tmp_path),
            SEAL_KEY=str(tmp_path / "seal-key.pem"),
            SEAL_CERTIFICATE=str(tmp_path / "seal.pem"),
        ),
        connection.cursor() as cursor,
    ):
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        check_invariants(at=timezone.now(), actor="test")
        yield world


def test_nothing_is_found_where_all_is_in_order(in_order: World, capsys: pytest.CaptureFixture[str]) -> None:
    found = {one.check: one for one in examine()}
    assert {one.check for one in found.values() if one.level is not Level.OK} <= {"disk"}
    assert {"secret", "database", "clock", "library system helle", "provider paytrail", "mail"} <= found.keys()
    call_command("doctor", "--json")
    told = json.loads(capsys.readouterr().out)
    assert {row["check"] for row in told} == set(found)


PLANTED: dict[str, tuple[dict[str, Any], str, str]] = {
    "a short secret": ({"SECRET_KEY": "short"}, "secret", "missing or short"),
    "plain http": ({"PUBLIC_URL": "http://torget.example.fi", "IS_HTTPS": False}, "address", "not https"),
    "a host that is not allowed": ({"ALLOWED_HOSTS": ["else.example.fi"]}, "address", "not among the allowed"),
    "a key that is none": ({"CREDENTIAL_KEYS": ["abc"]}, "credential keys", "not a Fernet key"),
    "another key": ({"CREDENTIAL_KEYS": [Fernet.generate_key().decode()]}, "merchant accounts", "cannot be opened"),
    "no library system": ({"LIBRARY_SYSTEMS": {}}, "library systems", "names none"),
    "no policy": ({"RETENTION_POLICY": "/nowhere.json"}, "retention policy", "No such file"),
    "a seal that is not there": ({"SEAL_KEY": "/nowhere.pem"}, "seal", "cannot be read"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found(name: str, in_order: World, capsys: pytest.CaptureFixture[str]) -> None:
    changed, check, says = PLANTED[name]
    with override_settings(**changed):
        found = about(check)
        assert (found.level, says in found.says, bool(found.do)) == (Level.ERROR, True, True), found
        with pytest.raises(SystemExit):
            call_command("doctor", *(() if check.startswith("library") else ("--offline",)))
    assert says in capsys.readouterr().out


def test_a_seal_of_another_key(in_order: World, tmp_path: Path) -> None:
    other = tmp_path / "other"
    make_test_seal(other, "Sipoo")
    with override_settings(SEAL_KEY=str(other / "seal-key.pem")):
        assert "another key" in about("seal").says


def test_who_cannot_be_reached(in_order: World) -> None:
    closed = free_port()
    sip2 = {"helle": {"kind": "sip2", "options": {"host": "127.0.0.1", "port": closed}}}
    helpers = {
        "SCANNER": {**settings.SCANNER, "OPTIONS": {"socket": "", "host": "127.0.0.1", "port": closed}},
        "SERVICE_MAILBOX": {
            **settings.SERVICE_MAILBOX,
            "OPTIONS": {**settings.SERVICE_MAILBOX["OPTIONS"], "host": "127.0.0.1", "port": closed},
        },
    }
    with override_settings(
        LIBRARY_SYSTEMS=sip2, EMAIL_BACKEND=SMTP, EMAIL_HOST="127.0.0.1", EMAIL_PORT=closed, **helpers
    ):
        assert "cannot be reached" in about("library system helle").says
        assert "cannot be reached" in about("mail").says
        assert "gives no verdict" in about("scanner").says
        assert "does not let us in" in about("mailbox").says


def test_what_waits_in_the_database(in_order: World) -> None:
    pay(in_order)
    Payment.objects.update(next_at=timezone.now() - timedelta(minutes=5))
    assert re.search(r"\b3[0-9]{2} s late", about("payments queue").says)
    OutgoingEmail.objects.create(
        created_at=timezone.now(), recipient="a@example.fi", subject="", body="", about="x", tries=99
    )
    assert about("out-box").level is Level.WARNING
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    assert about("background jobs").level is Level.ERROR
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'invariants'")
        assert "invariants.0001_initial" in about("migrations").says
        transaction.set_rollback(True)
