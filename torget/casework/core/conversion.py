"""From facts to the rules' inputs and back: whole cents become euros, days become dates, and numbers exact."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from torget.casework.core.facts import FactSet

_DAY = " on"


def rule_inputs(facts: FactSet) -> dict[str, Any]:
    """'fee cents' stays cents as a number, 'due on' becomes a date; null stays null."""
    inputs: dict[str, Any] = {}
    for name, value in facts.values().items():
        if value is not None and name.endswith(_DAY):
            inputs[name] = date.fromisoformat(str(value))
        elif isinstance(value, int) and not isinstance(value, bool):
            inputs[name] = Decimal(value)
        else:
            inputs[name] = value
    return inputs


def plain(value: Any) -> Any:
    """A value of the rules as JSON can hold it: whole numbers as int, other numbers and days as text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if value is None or isinstance(value, (str, int, bool)):
        return value
    return str(value)
