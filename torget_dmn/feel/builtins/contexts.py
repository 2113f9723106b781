"""Functions on contexts (DMN 1.5, 10.3.4.10)."""

from __future__ import annotations

from typing import Any

from torget_dmn.feel.builtins.registry import builtin


@builtin("get value", "m: context", "key: string")
def get_value(m: dict[str, Any], key: str) -> Any:
    """`get value({a: 1}, "a")`."""
    return m.get(key)


@builtin("get value", "m: context", "keys: list")
@builtin("get value", "context: context", "keys: list")
def get_nested_value(m: dict[str, Any], keys: list[Any]) -> Any:
    """`get value({a: {b: 1}}, ["a", "b"])`."""
    value: Any = m
    for key in keys:
        if type(value) is not dict or type(key) is not str:
            return None
        value = value.get(key)
    return value if keys else None


@builtin("get entries", "m: context")
def get_entries(m: dict[str, Any]) -> list[dict[str, Any]]:
    """`get entries({a: 1})`: a list of contexts with a key and a value."""
    return [{"key": key, "value": value} for key, value in m.items()]


@builtin("context", "entries: list")
def context_of(entries: list[Any]) -> dict[str, Any] | None:
    """`context([{key: "a", value: 1}])`."""
    made: dict[str, Any] = {}
    for entry in entries:
        if type(entry) is not dict or "value" not in entry or type(entry.get("key")) is not str:
            return None
        if entry["key"] in made:
            return None
        made[entry["key"]] = entry["value"]
    return made


@builtin("context put", "context: context", "key: string", "value: any")
def context_put(context: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """`context put({a: 1}, "b", 2)`."""
    return {**context, key: value}


@builtin("context put", "context: context", "keys: list", "value: any")
def context_put_nested(context: dict[str, Any], keys: list[Any], value: Any) -> dict[str, Any] | None:
    """`context put({a: {b: 1}}, ["a", "b"], 2)`."""
    if not keys or type(keys[0]) is not str:
        return None
    if len(keys) == 1:
        return {**context, keys[0]: value}
    inner = context.get(keys[0])
    if type(inner) is not dict:
        return None
    changed = context_put_nested(inner, keys[1:], value)
    return None if changed is None else {**context, keys[0]: changed}


@builtin("context merge", "contexts: list")
def context_merge(contexts: list[Any]) -> dict[str, Any] | None:
    """`context merge([{a: 1}, {b: 2}])`; later entries win."""
    merged: dict[str, Any] = {}
    for context in contexts:
        if type(context) is not dict:
            return None
        merged.update(context)
    return merged
