"""CI's share of the weeks of disputes, and proof that their auditor can find fault."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from tests.simulation.disputes import run_dispute_week
from torget.casework.core.procedure import EffectOrder
from torget.casework.decisions import carry_out
from torget.casework.decisions.models import Effect
from torget.casework.decisions.seal import make_test_seal
from torget.casework.decisions.sign import effect_order

SEEDS = range(1, 4)


@pytest.fixture(autouse=True)
def _database(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path) -> Iterator[None]:
    make_test_seal(tmp_path, "Porvoo (test)")
    settings.SEAL_KEY, settings.SEAL_CERTIFICATE = str(tmp_path / "seal-key.pem"), str(tmp_path / "seal.pem")
    settings.SEAL_CHAIN = [str(tmp_path / "authority.pem")]
    with django_db_blocker.unblock():
        yield
    settings.SEAL_KEY = settings.SEAL_CERTIFICATE = ""


def test_weeks_of_disputes_without_a_fault() -> None:
    done = [run_dispute_week(seed) for seed in SEEDS]
    for report in done:
        assert not report.faults, f"seed {report.seed} over {report.over}: {report.faults}"
        assert not report.broken, f"seed {report.seed} over {report.over}: {report.broken}"
    assert {report.over for report in done} == {"koha", "sip2"}
    for what in ("signed", "waived", "at the desk"):
        assert sum(report.counts[what] for report in done) > 0, what
    assert sum(report.crashes for report in done) > 0


def test_the_auditor_sees_an_order_that_is_new_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if each try had a key of its own, and so could not find out what an earlier one did."""

    def new_order(effect: Effect) -> EffectOrder:
        return replace(effect_order(effect), key=f"decision:{effect.decision_id}:{effect.number}:{effect.tries}")

    monkeypatch.setattr(carry_out, "effect_order", new_order)
    assert any(run_dispute_week(seed, "koha").faults for seed in SEEDS)
