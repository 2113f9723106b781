"""Health, readiness, metrics, and one log line a request without personal data."""

import logging
import time
from collections.abc import Callable

from django.db import connection
from django.db.utils import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

logger = logging.getLogger("torget.request")

REQUESTS = Counter("torget_requests_total", "Requests by view and status", ["view", "status"])
SECONDS = Histogram("torget_request_seconds", "Time to answer by view", ["view"])
PAYMENTS = Gauge("torget_payments", "Payments by state", ["state"])
QUEUE_AGE_SECONDS = Gauge("torget_queue_age_seconds", "How late the most overdue payment is")

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


def metrics(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Prometheus' text format; keep it from the public at the proxy."""
    with connection.cursor() as cursor:
        # Registered and closed payments grow without bound, so only those that still wait for something are counted.
        cursor.execute("SELECT state, count(*) FROM checkout_payment WHERE next_at IS NOT NULL GROUP BY state")
        for state, count in cursor.fetchall():
            PAYMENTS.labels(state).set(count)
        cursor.execute("SELECT coalesce(extract(epoch FROM now() - min(next_at)), 0) FROM checkout_payment")
        QUEUE_AGE_SECONDS.set(max(0.0, float(cursor.fetchone()[0])))
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
