"""From the name of a format to its reader, as the settings name it."""

from typing import Any, cast

from django.conf import settings
from django.utils.module_loading import import_string

from torget.payments.core.settlement import SettlementReader, StatementReader

BANK = "bank"


def _reader(name: str) -> Any:
    chosen = settings.SETTLEMENT_FORMATS[name]
    return import_string(chosen["READER"])(**chosen.get("OPTIONS", {}))


def settlement_reader(name: str) -> SettlementReader:
    return cast(SettlementReader, _reader(name))


def statement_reader(name: str) -> StatementReader:
    return cast(StatementReader, _reader(name))


def uploaded_format(provider: str, head: bytes) -> str | None:
    """The format of a file that a person brings, by whose it is and how it begins; None if that provider has none."""
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1].decode("latin-1")
    names = [
        name
        for name, chosen in settings.SETTLEMENT_FORMATS.items()
        if chosen["PROVIDER"] == provider and chosen.get("IS_UPLOADED", True)
    ]
    special = [name for name in names if start and start in settings.SETTLEMENT_FORMATS[name].get("STARTS_WITH", "")]
    plain = [name for name in names if "STARTS_WITH" not in settings.SETTLEMENT_FORMATS[name]]
    return next(iter([*special, *plain]), None)
