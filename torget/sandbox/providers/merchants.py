"""The merchants of a sandbox, each with secrets of its own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    account: str
    secret: str
    name: str
    more: Mapping[str, str] = field(default_factory=dict)
    """What else the provider gives its merchants: further keys, the version they speak, where they are called."""


Merchants = Mapping[str, Merchant]


def read_merchants(path: Path, *, shop: str = "") -> dict[str, dict[str, Merchant]]:
    """By provider and account, from JSON {provider: [{account, secret, name, …}]}; `{shop}` is put in everywhere."""
    text = path.read_text(encoding="utf-8").replace("{shop}", shop)
    return {provider: {row["account"]: _merchant(row) for row in rows} for provider, rows in json.loads(text).items()}


def _merchant(row: Mapping[str, str]) -> Merchant:
    known = {"account", "secret", "name"}
    return Merchant(
        account=row["account"],
        secret=row["secret"],
        name=row["name"],
        more={key: value for key, value in row.items() if key not in known},
    )
