"""The demo's past: real payments of the last two months, made once, by the clock that is passed in."""

from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from torget.config.management.commands.demo import MERCHANTS
from torget.config.management.commands.demo_history import RECENT, history_starts_at, plan_visits
from torget.payments.checkout import providers
from torget.payments.checkout.models import Payment
from torget.payments.core.months import Month
from torget.payments.fees.library_systems import library_system
from torget.payments.ledger.models import JournalEntry, Posting
from torget.sandbox.helle import helle_population
from torget.sandbox.koha import SandboxKoha
from torget.sandbox.paytrail.merchants import read_merchants
from torget.sandbox.paytrail.sandbox import PaytrailSandbox
from torget.sandbox.server import serving


def forget_connectors() -> None:
    library_system.cache_clear()
    providers._build.cache_clear()


def test_visits_are_in_the_last_two_whole_months() -> None:
    now = datetime(2026, 1, 31, 12, tzinfo=UTC)
    visits = plan_visits(now)
    assert [one.at for one in visits] == sorted(one.at for one in visits)
    assert {str(Month.of(one.at)) for one in visits} == {"2025-11", "2025-12"}
    assert len({one.patron.card_number for one in visits}) == len(visits)
    assert plan_visits(now) == visits


def test_it_runs_only_in_the_demo() -> None:
    with override_settings(DEMO=False), pytest.raises(CommandError, match="TORGET_DEMO"):
        call_command("demo_history")


def test_people_pay_in_the_past_once(committed_db: None) -> None:
    start = history_starts_at(timezone.now())
    koha = SandboxKoha()
    koha.load(helle_population())
    paytrail = PaytrailSandbox(
        is_http_allowed=True, dispatches=False, merchants=read_merchants(MERCHANTS), start_at=start.timestamp()
    )
    with serving(koha) as library_url, serving(paytrail) as provider_url:
        options: dict[str, Any] = {"client_id": "torget", "client_secret": "sandbox-secret"}
        library = {"kind": "koha", "options": {**options, "base_url": f"{library_url}/api/v1"}}
        backend = "torget.connectors.payment_providers.paytrail.provider.Paytrail"
        provider = {"BACKEND": backend, "OPTIONS": {"base_url": provider_url}, "PAGE_ORIGINS": [provider_url]}
        providers = {**settings.PAYMENT_PROVIDERS, "paytrail": provider}
        forget_connectors()
        with override_settings(DEMO=True, LIBRARY_SYSTEMS={"helle": library}, PAYMENT_PROVIDERS=providers):
            call_command("load_network", "helle", "--with-demo-staff", stdout=StringIO())
            call_command("demo_history", "--payments", "9", stdout=StringIO())
            made = list(Payment.objects.values_list("id", "state"))
            call_command("demo_history", "--payments", "9", stdout=StringIO())
    forget_connectors()
    assert made == list(Payment.objects.values_list("id", "state"))
    assert len(made) >= 5
    assert {state for _, state in made} <= {"registered", "refunded"}
    times = JournalEntry.objects.values_list("happened_at", flat=True)
    assert all(start <= one < Month.of(timezone.now()).starts_at for one in times)
    assert sum(Posting.objects.values_list("amount_cents", flat=True)) == 0
    assert abs(paytrail.clock.now() - (timezone.now() - RECENT).timestamp()) < 60
    paytrail.close()
    koha.close()
