"""Log lines as JSON, without personal identity codes: an error of the database quotes whole rows, letters and all."""

from typing import Any

from pythonjsonlogger.json import JsonFormatter

from torget.foundation.core.identity_codes import mask_identity_codes


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_identity_codes(value)
    if isinstance(value, dict):
        return {key: _masked(one) for key, one in value.items()}
    return [_masked(one) for one in value] if isinstance(value, (list, tuple)) else value


class MaskingFormatter(JsonFormatter):
    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Before it is JSON: there the letter of an escaped line break would hide the code behind it."""
        return {name: _masked(value) for name, value in log_data.items()}
