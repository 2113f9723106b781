"""When a message is tried again, and when an address is given up."""

from datetime import timedelta

WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""After the first failure, the second, and so on; ten tries in a little more than three days."""

FAILING_MAX = timedelta(days=3)
"""An endpoint that took nothing for so long is stopped."""

REST_MAX = timedelta(minutes=10)
OLD_SECRET_LASTS = timedelta(hours=24)
LEASE = timedelta(minutes=2)


def wait_after(tries: int) -> timedelta | None:
    """None: there is no further try."""
    return WAITS[tries - 1] if tries <= len(WAITS) else None


def rest_after(failures: int) -> timedelta:
    """How long an address is left alone after so many failures in a row, whatever else waits for it."""
    return min(timedelta(seconds=15 << min(failures - 1, 10)), REST_MAX)
