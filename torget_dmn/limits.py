"""What one evaluation and one model may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that turn a runaway model into a named error instead of a hang."""

    expression_length_max: int = 200_000
    nesting_depth_max: int = 50
    chain_length_max: int = 250
    # Rounds of loops and calls of functions, and as much work on long or nested values.
    iterations_max: int = 2_000_000
    list_length_max: int = 1_000_000
    string_length_max: int = 10_000_000
    model_bytes_max: int = 50_000_000
    xml_depth_max: int = 200


DEFAULT_LIMITS = Limits()
