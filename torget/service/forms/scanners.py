"""The virus scanner that the settings name."""

from functools import cache
from importlib import import_module
from typing import cast

from django.conf import settings

from torget.service.core.ports import Scanner


@cache
def _build(backend: str, options: tuple[tuple[str, object], ...]) -> Scanner:
    module, _dot, name = backend.rpartition(".")
    return cast("Scanner", getattr(import_module(module), name)(**dict(options)))


def is_configured() -> bool:
    """Without a scanner every file waits, and the pages say why."""
    options = settings.SCANNER["OPTIONS"]
    return bool(options.get("socket") or options.get("host"))


def scanner() -> Scanner:
    return _build(settings.SCANNER["BACKEND"], tuple(sorted(settings.SCANNER["OPTIONS"].items())))
