"""The library of FEEL; importing this package declares all its functions."""

from torget_dmn.feel.builtins import (
    contexts,
    conversion,
    lists,
    logic,
    numeric,
    range_relations,
    temporal_parts,
    text,
)
from torget_dmn.feel.builtins.registry import BUILTINS

__all__ = [
    "BUILTINS",
    "contexts",
    "conversion",
    "lists",
    "logic",
    "numeric",
    "range_relations",
    "temporal_parts",
    "text",
]
