"""Every small change that can be made to a message: whoever checks a signature must notice each."""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

from torget.payments.core.ports import IncomingMessage

Path = tuple[str | int, ...]


def tampered(
    message: IncomingMessage, *, unsigned: frozenset[str], headers: tuple[str, ...]
) -> Iterator[IncomingMessage]:
    for number, (name, value) in enumerate(message.query):
        if name not in unsigned:
            query = (*message.query[:number], (name, _other(value)), *message.query[number + 1 :])
            yield dataclasses.replace(message, query=query)
    for path, value in _leaves(_content(message)):
        if path[-1] not in unsigned:
            yield dataclasses.replace(message, body=_with(message, path, _other(value)))
    for name in headers:
        yield dataclasses.replace(message, headers={**message.headers, name: _other(message.headers[name])})


def without_parts(
    message: IncomingMessage, *, unsigned: frozenset[str], headers: tuple[str, ...]
) -> Iterator[IncomingMessage]:
    for number, (name, _) in enumerate(message.query):
        if name not in unsigned:
            yield dataclasses.replace(message, query=message.query[:number] + message.query[number + 1 :])
    for path, _ in _leaves(_content(message)):
        if path[-1] not in unsigned:
            yield dataclasses.replace(message, body=_with(message, path, None, is_removed=True))
    for name in headers:
        kept = {key: value for key, value in message.headers.items() if key != name}
        yield dataclasses.replace(message, headers=kept)


def doubled(message: IncomingMessage) -> Iterator[IncomingMessage]:
    for pair in message.query:
        yield dataclasses.replace(message, query=(*message.query, pair))
    content = _content(message)
    for name in content or ():
        again = json.dumps({name: content[name]}).encode()[:-1] + b", "
        yield dataclasses.replace(message, body=message.body.replace(b"{", again, 1))


def _content(message: IncomingMessage) -> Any:
    return json.loads(message.body) if message.body else {}


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _leaves(inner, (*path, place))
    elif path:
        yield path, value


def _with(message: IncomingMessage, path: Path, value: Any, *, is_removed: bool = False) -> bytes:
    content = _content(message)
    inner = content
    for step in path[:-1]:
        inner = inner[step]
    if is_removed:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return json.dumps(content).encode()


def _other(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int):
        return value + 1
    # In the middle, because the last letter of a base64 text may have bits that say nothing.
    middle = len(value) // 2
    return value[:middle] + ("0" if value[middle : middle + 1] != "0" else "1") + value[middle + 1 :]
