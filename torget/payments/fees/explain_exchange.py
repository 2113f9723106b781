"""Read a pasted exchange with a library system as one of the configured systems, or as a known setting would."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from torget.payments.core.exchanges import ExchangeReader, Explanation
from torget.payments.fees.library_systems import exchange_reader


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeSetting:
    """What an exchange can be read with."""

    key: str
    """'system:helle' or 'sip2:koha'."""
    name: str
    is_system: bool
    """One of the configured systems, with its own setting."""
    reader: ExchangeReader
    setting: Any


class NoSuchSetting(LookupError):
    """Neither a configured system of a kind that can be explained, nor a known setting."""


def exchange_settings() -> dict[str, ExchangeSetting]:
    """By key: the configured systems first, then what is known of each kind."""
    readers = {kind: reader for kind in settings.LIBRARY_SYSTEM_KINDS if (reader := exchange_reader(kind)) is not None}
    systems = [
        ExchangeSetting(
            key=f"system:{name}",
            name=name,
            is_system=True,
            reader=readers[chosen["kind"]],
            setting=readers[chosen["kind"]].setting_of(chosen["options"]),
        )
        for name, chosen in settings.LIBRARY_SYSTEMS.items()
        if chosen["kind"] in readers
    ]
    known = [
        ExchangeSetting(key=f"{kind}:{name}", name=name, is_system=False, reader=reader, setting=name)
        for kind, reader in readers.items()
        for name in reader.known_settings()
    ]
    return {one.key: one for one in (*systems, *known)}


def explain_exchange(
    *, text: str, key: str, fee_line: str = "", known: Mapping[str, ExchangeSetting] | None = None
) -> Explanation:
    """Keeps nothing of the text. Raise NoSuchSetting or BadSetting."""
    chosen = (known or exchange_settings()).get(key)
    if chosen is None:
        raise NoSuchSetting(key)
    return chosen.reader.explain(text, setting=chosen.setting, fee_line=fee_line)


def hide_secrets(text: str, known: Mapping[str, ExchangeSetting]) -> str:
    """Without what any of the protocols would call a PIN or a password."""
    for reader in {id(one.reader): one.reader for one in known.values()}.values():
        text = reader.hide_secrets(text)
    return text
