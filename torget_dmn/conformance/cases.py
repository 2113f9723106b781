"""Cases of the kit read from their files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from torget_dmn.feel.numbers import parse_number
from torget_dmn.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Case:
    """One result the kit expects of one evaluation."""

    id: str
    kind: str
    node: str
    invocable: str | None
    inputs: dict[str, Any] = field(hash=False)
    expected: Any = field(hash=False)


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file of cases and the models it needs."""

    path: Path
    model: Path
    imports: tuple[Path, ...]
    cases: tuple[Case, ...]


def read_value(element: etree._Element | None) -> Any:
    """Read a value, list or context of the kit."""
    if element is None:
        return None
    parts = [part for part in element if isinstance(part.tag, str)]
    names = [etree.QName(part).localname for part in parts]
    if "component" in names:
        return {
            part.get("name") or "": read_value(part)
            for part, name in zip(parts, names, strict=True)
            if name == "component"
        }
    for part, name in zip(parts, names, strict=True):
        if part.get(_NIL) == "true":
            return None
        if name == "list":
            return [read_value(item) for item in part if isinstance(item.tag, str)]
        if name == "value":
            return _scalar(part)
    return None


def _scalar(element: etree._Element) -> Any:
    text = element.text or ""
    kind = (element.get(_TYPE) or "xsd:string").rpartition(":")[2]
    if kind == "string":
        return text
    plain = text.strip()
    if kind == "boolean":
        return _BOOLEANS.get(plain)
    if kind == "date":
        return parse_date(plain)
    if kind == "time":
        return parse_time(plain)
    if kind == "dateTime":
        return parse_date_time(plain)
    if kind.endswith("uration"):
        return parse_duration(plain)
    return parse_number(plain)


def _cases(root: etree._Element) -> Iterator[Case]:
    for case in root.iterfind("{*}testCase"):
        inputs: dict[str, Any] = {}
        for node in case.iterfind("{*}inputNode"):
            name, namespace = node.get("name") or "", node.get("namespace")
            inputs[f"{{{namespace}}}{name}" if namespace else name] = read_value(node)
        for result in case.iterfind("{*}resultNode"):
            yield Case(
                id=case.get("id") or "",
                kind=case.get("type") or result.get("type") or "decision",
                node=result.get("name") or "",
                invocable=case.get("invocableName"),
                inputs=inputs,
                expected=read_value(result.find("{*}expected")),
            )


def read_case_file(path: Path) -> CaseFile:
    """Read a file of cases; all other models beside it can be imported."""
    root = etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
    name = root.findtext("{*}modelName") or ""
    model = path.parent / name
    others = tuple(other for other in sorted(path.parent.glob("*.dmn")) if other != model)
    return CaseFile(path, model, others, tuple(_cases(root)))
