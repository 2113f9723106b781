"""Koha's query language as far as the sandbox goes, and its strictness about what a request may contain."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from werkzeug import Request

from torget.sandbox.replies import Reply, bare_errors, schema_errors

RESERVED: Final = frozenset({"_match", "_order_by", "_page", "_per_page", "q"})

_MATCHES: Final = {"contains": "%{}%", "starts_with": "{}%", "ends_with": "%{}", "exact": "{}"}

# The credit body of the interface description, with additionalProperties false.
_CREDIT_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "credit_type": (str,),
    "amount": (int, Decimal),
    "library_id": (str, type(None)),
    "account_lines_ids": (list,),
    "payment_type": (str,),
    "date": (str,),
    "description": (str,),
    "note": (str,),
}

# The debit of the interface description, with additionalProperties false; what is read-only is not listed here.
_DEBIT_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "type": (str, type(None)),
    "amount": (int, Decimal),
    "library_id": (str, type(None)),
    "item_id": (int, type(None)),
    "checkout_id": (int, type(None)),
    "description": (str, type(None)),
    "internal_note": (str, type(None)),
    "date": (str,),
}

Where = tuple[str, list[Any]]


def refuse_unknown_parameters(request: Request, allowed: frozenset[str]) -> None:
    unknown = sorted(set(request.args) - allowed)
    if unknown:
        raise Reply(400, bare_errors([(f"/query/{name}", "Malformed query string") for name in unknown]))


def where(request: Request, *, columns: frozenset[str]) -> Where:
    """All conditions of a request: plain parameters, `q`, and the header x-koha-query, joined by AND."""
    match = request.args.get("_match", "contains")
    if match not in _MATCHES:
        raise Reply(400, schema_errors([("/_match", "Not in enum list: contains, exact, starts_with, ends_with.")]))
    plain = sorted(columns & set(request.args))
    conditions: list[Where] = [(f"{name} like ?", [_MATCHES[match].format(request.args[name])]) for name in plain]
    sources = (*request.args.getlist("q"), request.headers.get("x-koha-query", ""))
    conditions += [_condition(_json_query(source), columns) for source in sources if source]
    return _joined(conditions, "and")


def _json_query(source: str) -> Any:
    try:
        return json.loads(source)
    except ValueError:
        raise Reply(500, {"error": "Something went wrong, check Koha logs for details."}) from None


def _condition(query: Any, columns: frozenset[str]) -> Where:
    if isinstance(query, list):
        return _joined([_condition(part, columns) for part in query], "or")
    if not isinstance(query, dict):
        raise Reply(400, {"error": "Invalid query", "error_code": "invalid_query"})
    parts = []
    for column, value in query.items():
        if column not in columns:
            # The real one lets the database complain about the unknown column.
            raise Reply(500, {"error": "Something went wrong, check Koha logs for details."})
        parts.append(_comparison(column, value))
    return _joined(parts, "and")


def _comparison(column: str, value: Any) -> Where:
    if isinstance(value, list):
        return _one_of(column, value)
    if not isinstance(value, dict):
        return (f"{column} is null", []) if value is None else (f"{column} = ?", [value])
    parts: list[Where] = []
    for operator, operand in value.items():
        if operator == "-in":
            parts.append(_one_of(column, operand))
        elif operator in {"-like", "like"}:
            parts.append((f"{column} like ?", [operand]))
        elif operator in {"=", "!=", ">", "<", ">=", "<="}:
            parts.append((f"{column} {operator} ?", [operand]))
        else:
            raise Reply(400, {"error": f"Invalid operator in query: {operator}", "error_code": "invalid_query"})
    return _joined(parts, "and")


def _one_of(column: str, values: list[Any]) -> Where:
    return f"{column} in ({','.join('?' * len(values))})", list(values)


def _joined(conditions: list[Where], word: str) -> Where:
    if not conditions:
        return "1 = 1", []
    return (
        f" {word} ".join(f"({condition})" for condition, _ in conditions),
        [value for _, values in conditions for value in values],
    )


def order(request: Request, *, columns: frozenset[str]) -> str:
    """One column, as far as the sandbox goes; Koha takes '+' and '-' before it."""
    wish = request.args.get("_order_by", "")
    column = wish.lstrip("+-")
    if not wish:
        return ""
    if column not in columns:
        raise Reply(500, {"error": "Something went wrong, check Koha logs for details."})
    return f"order by {column} {'desc' if wish.startswith('-') else 'asc'}"


def page(request: Request, default_size: int) -> tuple[int, int]:
    """Limit and offset; a limit of -1 is everything, in SQLite as in Koha."""
    try:
        size = int(request.args.get("_per_page", default_size))
        number = int(request.args.get("_page", 1))
    except ValueError:
        raise Reply(400, schema_errors([("/_per_page", "Expected integer - got string.")])) from None
    return size, max(0, size) * (number - 1)


def json_body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.get_data(), parse_float=Decimal)
    except ValueError:
        raise Reply(400, schema_errors([("/body", "Expected object - got null.")])) from None
    if not isinstance(body, dict):
        raise Reply(400, schema_errors([("/body", "Expected object - got array.")]))
    return body


def credit_body(request: Request) -> dict[str, Any]:
    """A body that passes the schema; nothing of Koha's own code has run when it does not."""
    body = json_body(request)
    errors = _property_errors(body, _CREDIT_TYPES)
    line_ids = body.get("account_lines_ids")
    for index, line_id in enumerate(line_ids if isinstance(line_ids, list) else []):
        if isinstance(line_id, bool) or not isinstance(line_id, int):
            errors.append((f"/body/account_lines_ids/{index}", "Expected integer - got string."))
    return _checked(body, errors)


def payment_body(request: Request) -> dict[str, Any]:
    """Koha-Suomi's own payment, which knows a sum and a note."""
    body = json_body(request)
    return _checked(body, _property_errors(body, {"amount": (int, Decimal), "note": (str,)}))


def debit_body(request: Request) -> dict[str, Any]:
    body = json_body(request)
    return _checked(body, _property_errors(body, _DEBIT_TYPES))


def _property_errors(body: dict[str, Any], types: Mapping[str, tuple[type, ...]]) -> list[tuple[str, str]]:
    errors: list[tuple[str, str]] = []
    unknown = sorted(set(body) - set(types))
    if unknown:
        errors.append(("/body", f"Properties not allowed: {', '.join(unknown)}."))
    if "amount" not in body:
        errors.append(("/body/amount", "Missing property."))
    for name, allowed in types.items():
        if name in body and (isinstance(body[name], bool) or not isinstance(body[name], allowed)):
            errors.append((f"/body/{name}", f"Expected another type - got {type(body[name]).__name__}."))
    return errors


def _checked(body: dict[str, Any], errors: list[tuple[str, str]]) -> dict[str, Any]:
    if not errors and body["amount"] < 0:
        errors.append(("/body/amount", f"{body['amount']} < minimum(0)"))
    if errors:
        raise Reply(400, schema_errors(errors))
    return body
