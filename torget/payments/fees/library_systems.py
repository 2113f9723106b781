"""From the name of a library system to its connector, as the settings name it."""

from functools import cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from torget.payments.core.exchanges import ExchangeReader
from torget.payments.core.ports import LibrarySystem


@cache
def library_system(name: str) -> LibrarySystem:
    """The connector, built once per process."""
    chosen = settings.LIBRARY_SYSTEMS[name]
    return cast(LibrarySystem, import_string(settings.LIBRARY_SYSTEM_KINDS[chosen["kind"]])(**chosen["options"]))


def exchange_reader(kind: str) -> ExchangeReader | None:
    """What explains a pasted exchange with systems of this kind, if its connector offers that."""
    return cast(ExchangeReader | None, getattr(import_string(settings.LIBRARY_SYSTEM_KINDS[kind]), "exchanges", None))
