"""Wake the background work at once; without it the minute's round does the same."""

from contextlib import suppress

from procrastinate.exceptions import AlreadyEnqueued

from torget.payments.settlement import tasks


def wake_reading() -> None:
    with suppress(AlreadyEnqueued):
        tasks.read_files.defer()


def wake_fetching() -> None:
    with suppress(AlreadyEnqueued):
        tasks.fetch.defer()
