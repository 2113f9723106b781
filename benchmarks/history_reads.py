"""What people ask of the history: the pages' own queries, run to the end and timed."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

Read = Callable[[], Any]


def _access(slug: str) -> Any:
    from torget.foundation.cooperations.models import Municipality
    from torget.foundation.people.access import Access

    owner = Municipality.objects.get(slug=slug).pk
    return Access(employee_id=1, sees=frozenset({owner}), desk=frozenset({owner}))


def _search(slug: str, **criteria: Any) -> Read:
    def read() -> None:
        from torget.foundation.people.models import Employee
        from torget.foundation.staff.session import Staff
        from torget.payments.web.staff.search import find_page

        staff = Staff(employee=Employee(), access=_access(slug))
        found = {name: value() if callable(value) else value for name, value in criteria.items()}
        find_page(staff, found, datetime.now(UTC), None)

    return read


def _a_reference() -> str:
    from torget.payments.checkout.models import Payment

    return Payment.objects.order_by("-id").values_list("reference", flat=True)[0]


def _home() -> None:
    from torget.payments.web.staff.home import count_waiting

    count_waiting(_access("porvoo"))


def _patron_history() -> None:
    from torget.payments.checkout.models import Payment
    from torget.payments.web.patron.pages import newest_payments

    checkout = Payment.objects.order_by("-id")[1000].checkout
    list(newest_payments(checkout.patron_id))


def _receipts_to_mail() -> None:
    from torget.payments.receipts.tasks import queue_due_receipts

    queue_due_receipts(datetime.now(UTC))


def _yesterday() -> Any:
    return (datetime.now(UTC) - timedelta(days=1)).date()


READS: dict[str, Read] = {
    "staff: by card": _search("porvoo", find="26380000000017"),
    "staff: by bank reference": _search("porvoo", find=_a_reference),
    "staff: last 92 days, largest": _search("porvoo", state="registered"),
    "staff: last 92 days, smallest": _search("raasepori", state="registered"),
    "staff: an amount, smallest": _search("raasepori", amount=555),
    "staff: since yesterday, smallest": _search("raasepori", first=_yesterday),
    "staff: a state nobody is in": _search("porvoo", state="failed"),
    "staff: first page": _home,
    "patron: payments and receipts": _patron_history,
    "every minute: receipts to mail": _receipts_to_mail,
}


def time_reads(reads: dict[str, Read]) -> dict[str, float]:
    """Milliseconds each."""
    taken = {}
    for name, read in reads.items():
        started = time.perf_counter()
        read()
        taken[name] = (time.perf_counter() - started) * 1000
    return taken
