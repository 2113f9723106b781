"""Health, readiness, metrics, and one log line a request without personal data."""

import logging
import os
import time
from collections.abc import Callable
from functools import partial

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.utils import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client import Gauge as AnyGauge
from prometheus_client.multiprocess import MultiProcessCollector

from torget.casework.decisions.seal import seal_ends_at
from torget.foundation.notify.send import TRIES_MAX
from torget.payments.core.checkout import State
from torget.payments.invariants.rules import NAMES

logger = logging.getLogger("torget.request")

# All gauges are set by whichever process is asked, so the latest one says how it is.
Gauge = partial(AnyGauge, multiprocess_mode="mostrecent")

REQUESTS = Counter("torget_requests_total", "Requests by view and status", ["view", "status"])
SECONDS = Histogram("torget_request_seconds", "Time to answer by view", ["view"])
PAYMENTS = Gauge("torget_payments", "Payments by state", ["state"])
QUEUE_AGE_SECONDS = Gauge("torget_queue_age_seconds", "How late the most overdue payment is")
ATTENTION_AGE_SECONDS = Gauge("torget_attention_age_seconds", "How long the oldest payment has waited for a person")
PAGES_REFUSED = Gauge("torget_pages_refused", "Of the latest payments, how many got no page within the hour")
JOBS_HEARTBEAT_AGE_SECONDS = Gauge("torget_jobs_heartbeat_age_seconds", "Since a worker of background jobs gave a sign")
JOBS_LATE_SECONDS = Gauge("torget_jobs_late_seconds", "How late the most overdue background job is")
JOBS_FAILED = Gauge("torget_jobs_failed", "Background jobs that failed within a day")
EMAILS_STUCK = Gauge("torget_emails_stuck", "E-mails that were given up")
WEBHOOK_AGE_SECONDS = Gauge("torget_webhook_age_seconds", "How long the oldest outgoing webhook has not been delivered")
BOOKS_VIOLATIONS = Gauge("torget_books_violations", "What broke a rule of the books at the latest check", ["rule"])
BOOKS_CHECK_AGE_SECONDS = Gauge("torget_books_check_age_seconds", "Since the last check of the books was finished")
BOOKS_CHECK_SECONDS = Gauge("torget_books_check_seconds", "How long the latest check of the books took")
FULL_CHECK_DISAGREEMENTS = Gauge(
    "torget_full_check_disagreements", "Settlement items that the latest full check judges otherwise than they are kept"
)
FULL_CHECK_AGE_SECONDS = Gauge("torget_full_check_age_seconds", "Since the last full check of settlements was finished")
RETENTION_AGE_SECONDS = Gauge("torget_retention_age_seconds", "Since the last run of the retention was finished")
SEAL_DAYS_LEFT = Gauge("torget_seal_days_left", "Until the seal's certificate ends; endless where there is no seal")

NEVER = float("inf")
"""The age of what has not happened yet."""

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestLog:
    """Log the view's name, never the address: addresses carry tokens and signed parameters."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - started
        match = request.resolver_match
        view = (match.url_name or "unnamed") if match else "none"
        REQUESTS.labels(view, response.status_code).inc()
        SECONDS.labels(view).observe(seconds)
        logger.info(
            "request",
            extra={
                "method": request.method,
                "view": view,
                "status": response.status_code,
                "milliseconds": round(seconds * 1000, 1),
            },
        )
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """The traceback goes to the log, without the address and without the form."""
        match = request.resolver_match
        logger.error("unhandled", exc_info=exception, extra={"view": match.url_name if match else "none"})


def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The process answers."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The database answers and its tables are there."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM checkout_paymenttransition")
            found = cursor.fetchone()[0]
    except OperationalError:
        return JsonResponse({"status": "the database does not answer"}, status=503)
    return JsonResponse({"status": "ready"}) if found else JsonResponse({"status": "not migrated"}, status=503)


_GAUGES = {
    # Registered and closed payments grow without bound, so only those that wait for something are looked at.
    QUEUE_AGE_SECONDS: "SELECT greatest(extract(epoch FROM now() - min(next_at)), 0) FROM checkout_payment",
    ATTENTION_AGE_SECONDS: """
        SELECT extract(epoch FROM now() - min(changed_at)) FROM checkout_payment
        WHERE state IN ('attention', 'pending') AND state = 'attention'
    """,
    # Below a euro it may be the amount that a provider does not take.
    PAGES_REFUSED: """
        SELECT count(*) FROM (SELECT * FROM checkout_payment ORDER BY id DESC LIMIT 200) latest
        WHERE state = 'failed' AND pay_url = '' AND amount_cents >= 100 AND changed_at > now() - interval '1 hour'
    """,
    JOBS_LATE_SECONDS: """
        SELECT extract(epoch FROM now() - min(coalesce(j.scheduled_at, e.at))) FROM procrastinate_jobs j
        LEFT JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'
        WHERE j.status = 'todo' AND coalesce(j.scheduled_at, e.at) < now()
    """,
    JOBS_FAILED: """
        SELECT count(DISTINCT j.id) FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id
        WHERE j.status = 'failed' AND e.type = 'failed' AND e.at > now() - interval '1 day'
    """,
    FULL_CHECK_DISAGREEMENTS: """
        SELECT count(*) FROM settlement_auditdisagreement WHERE audit_id = (
            SELECT id FROM settlement_fullaudit WHERE finished_at IS NOT NULL ORDER BY started_at DESC, id DESC LIMIT 1
        )
    """,
    # Whom staff or three days of failures have stopped is told nothing on purpose.
    WEBHOOK_AGE_SECONDS: """
        SELECT extract(epoch FROM now() - min(m.created_at)) FROM api_webhookdelivery d
        JOIN api_webhookmessage m ON m.id = d.message_id JOIN api_webhookendpoint e ON e.id = d.endpoint_id
        WHERE d.state = 'waiting' AND e.stopped_at IS NULL
    """,
    EMAILS_STUCK: f"SELECT count(*) FROM notify_outgoingemail WHERE sent_at IS NULL AND tries >= {TRIES_MAX}",  # noqa: S608
}
_AGES = {
    JOBS_HEARTBEAT_AGE_SECONDS: "SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers",
    BOOKS_CHECK_AGE_SECONDS: "SELECT extract(epoch FROM now() - max(finished_at)) FROM invariants_invariantrun",
    FULL_CHECK_AGE_SECONDS: "SELECT extract(epoch FROM now() - max(finished_at)) FROM settlement_fullaudit",
    RETENTION_AGE_SECONDS: """
        SELECT extract(epoch FROM now() - max(finished_at)) FROM retention_retentionrun WHERE NOT is_trial
    """,
}
_BOOKS = """
SELECT r.rule, r.violations, extract(epoch FROM run.finished_at - run.started_at)
FROM invariants_invariantresult r JOIN invariants_invariantrun run ON run.id = r.run_id
WHERE r.run_id = (
    SELECT id FROM invariants_invariantrun WHERE finished_at IS NOT NULL ORDER BY started_at DESC, id DESC LIMIT 1
)
"""


def _ask(cursor: CursorWrapper, query: str, otherwise: float) -> float:
    cursor.execute(query)
    found = cursor.fetchone()[0]
    return otherwise if found is None else float(found)


def _seal_days_left() -> float:
    try:
        ends_at = seal_ends_at()
    except (OSError, ValueError):
        return 0
    return NEVER if ends_at is None else (ends_at - timezone.now()).total_seconds() / 86400


def all_processes() -> CollectorRegistry:
    """What all web processes of this machine counted, through the folder that `torget web` gave them."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


def metrics(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Prometheus' text format; keep it from the public at the proxy."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, count(*) FROM checkout_payment WHERE next_at IS NOT NULL GROUP BY state")
        waiting = dict(cursor.fetchall())
        for state in State:
            PAYMENTS.labels(state).set(waiting.get(state, 0))
        for gauge, query in _GAUGES.items():
            gauge.set(_ask(cursor, query, 0))
        for gauge, query in _AGES.items():
            gauge.set(_ask(cursor, query, NEVER))
        cursor.execute(_BOOKS)
        found = cursor.fetchall()
    violations = {rule: count for rule, count, _seconds in found}
    for rule in NAMES:
        BOOKS_VIOLATIONS.labels(rule).set(violations.get(rule, 0))
    for _rule, _count, seconds in found[:1]:
        BOOKS_CHECK_SECONDS.set(float(seconds))
    SEAL_DAYS_LEFT.set(_seal_days_left())
    return HttpResponse(generate_latest(all_processes()), content_type=CONTENT_TYPE_LATEST)
