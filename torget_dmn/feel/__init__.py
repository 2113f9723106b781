"""FEEL, the expression language of DMN: parsed once, compiled to Python closures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torget_dmn.errors import LimitExceededError
from torget_dmn.feel import compile_loops, compile_operators, compile_structures, compile_tests
from torget_dmn.feel.compiler import Compiler
from torget_dmn.feel.feel_types import FeelType
from torget_dmn.feel.parser import Vocabulary, parse_expression
from torget_dmn.feel.python_values import to_feel
from torget_dmn.feel.runtime import CURRENT, Run
from torget_dmn.feel.scope import Scope
from torget_dmn.limits import DEFAULT_LIMITS, Limits
from torget_dmn.words import say

__all__ = [
    "compile_expression",
    "compile_loops",
    "compile_operators",
    "compile_structures",
    "compile_tests",
    "evaluate",
]


def compile_expression(
    text: str, names: tuple[str, ...] = (), types: Mapping[str, FeelType] | None = None, limits: Limits = DEFAULT_LIMITS
) -> Callable[[Mapping[str, Any]], Any]:
    """Compile an expression to a function of its variables."""
    node = parse_expression(text, names, Vocabulary.of((), types or {}, limits))
    closure = Compiler().compile(node, Scope(None, names))

    def run(variables: Mapping[str, Any]) -> Any:
        token = CURRENT.set(Run(limits))
        try:
            return closure([None, *(to_feel(variables.get(name)) for name in names)])
        except RecursionError:
            raise LimitExceededError(say("functions, requirements or values are nested too deep")) from None
        finally:
            CURRENT.reset(token)

    return run


def evaluate(text: str, variables: Mapping[str, Any] | None = None) -> Any:
    """Evaluate an expression once."""
    given = variables or {}
    return compile_expression(text, tuple(given))(given)
