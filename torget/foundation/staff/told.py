"""One thing that an employee does by a button: the next page says that it was done, or why not."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest

Refusals = dict[type[Exception], str]


@contextmanager
def told(request: HttpRequest, success: str, refusals: Refusals) -> Iterator[None]:
    """What is done inside may raise any of the refusals, each with its words; nothing else is caught."""
    try:
        yield
    except tuple(refusals) as why:
        messages.error(request, refusals[type(why)])
    else:
        messages.success(request, success)
