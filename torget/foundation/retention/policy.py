"""The policy in force, and what the parts of Torget can do about it; the settings name both."""

from functools import lru_cache
from importlib import import_module
from pathlib import Path

from django.conf import settings

from torget.foundation.core.retention import Act, Rule, read_policy


@lru_cache(maxsize=1)
def _acts(modules: tuple[str, ...]) -> tuple[Act, ...]:
    return tuple(act for module in modules for act in import_module(module).ACTS)


def acts() -> tuple[Act, ...]:
    """In the order of the settings: what refers to others goes before them."""
    return _acts(tuple(settings.RETENTION_ACTS))


@lru_cache(maxsize=4)
def _rules(file: Path, changed_at: float) -> tuple[Rule, ...]:  # noqa: ARG001 - a changed file is read anew
    return read_policy(file.read_text(encoding="utf-8"), acts())


def policy() -> tuple[Rule, ...]:
    """Raise BadPolicy, or OSError when the file is not there."""
    file = Path(settings.RETENTION_POLICY)
    return _rules(file, file.stat().st_mtime)
