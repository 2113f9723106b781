"""Wake the background work at once; without it the minute's round does the same."""

from contextlib import suppress

from procrastinate.exceptions import AlreadyEnqueued

from torget.payments.settlement import tasks


def wake_reading() -> None:
    with suppress(AlreadyEnqueued):
        tasks.read_files.defer()


def wake_fetching(accounts: list[int], started_by: str) -> None:
    with suppress(AlreadyEnqueued):
        tasks.fetch.defer(accounts=accounts, started_by=started_by)


def wake_audit(started_by: str) -> None:
    with suppress(AlreadyEnqueued):
        tasks.audit.defer(started_by=started_by)
