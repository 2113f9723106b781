"""Every alert looks at something that is really exported, and says what to do."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client, override_settings
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from tests.network import make_network
from torget.payments.invariants.check import check_invariants
from torget.payments.invariants.rules import NAMES

DOCS = Path(__file__).parents[2] / "docs" / "operations"
ALERTS: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((DOCS / "alerts.yml").read_text())["groups"] for rule in group["rules"]
]
OURS = re.compile(r"\btorget_[a-z_]+\b")


def exported() -> set[str]:
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        text = Client().get("/metrics/").content.decode()
    return {sample.name for family in text_string_to_metric_families(text) for sample in family.samples}


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_is_whole(alert: dict[str, Any]) -> None:
    assert alert.keys() <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"Torget[A-Z]\w+", alert["alert"])
    assert alert["labels"]["severity"] in {"page", "ticket"}
    assert alert["annotations"]["summary"].endswith(".")
    assert re.fullmatch(r"\d+[smh]", alert.get("for", "1m"))
    assert alert["expr"].count("(") == alert["expr"].count(")")


def test_every_metric_that_is_asked_for_is_exported(committed_db: None) -> None:
    make_network()
    Client().get("/health/")
    check_invariants(at=timezone.now(), actor="test")
    there = exported()
    asked = {name for alert in ALERTS for name in OURS.findall(alert["expr"])}
    assert asked <= there


def test_every_rule_of_the_books_has_its_sample(committed_db: None) -> None:
    make_network()
    check_invariants(at=timezone.now(), actor="test")
    text = Client().get("/metrics/").content.decode()
    assert {f'torget_books_violations{{rule="{name}"}} 0.0' for name in NAMES} <= set(text.splitlines())


_COUNT = """
import django
django.setup()
from prometheus_client import generate_latest
from torget.config.observe import PAYMENTS, REQUESTS, all_processes
REQUESTS.labels("health", 200).inc()
PAYMENTS.labels("paid").set(float(sys.argv[1]))
print(generate_latest(all_processes()).decode())
"""


def test_whichever_process_is_asked_tells_what_all_have_counted(tmp_path: Path) -> None:
    """Prometheus reaches one web process at a time; counts that jump between processes would look like restarts."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "torget.config.settings",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
    }
    for number in (1, 2):
        said = subprocess.run(
            [sys.executable, "-c", f"import sys{_COUNT}", str(number)],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        assert f'torget_requests_total{{status="200",view="health"}} {number}.0' in said
        assert f'torget_payments{{state="paid"}} {number}.0' in said


def test_every_alert_has_its_section_and_every_section_its_alert() -> None:
    sections = re.findall(r"^## (\w+)$", (DOCS / "alerts.md").read_text(), re.MULTILINE)
    assert sections == [alert["alert"] for alert in ALERTS]
