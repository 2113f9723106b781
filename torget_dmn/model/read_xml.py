"""Safe XML parsing, and the small questions readers ask of elements."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from torget_dmn.errors import ModelError, Problem
from torget_dmn.limits import Limits
from torget_dmn.model.namespaces import VERSIONS
from torget_dmn.words import say


def parse_xml(content: bytes, limits: Limits) -> etree._Element:
    """Parse without entities, document types, the network or unbounded depth."""
    if len(content) > limits.model_bytes_max:
        raise ModelError(
            Problem("model-too-large", say("the model has more than {limit} bytes", limit=limits.model_bytes_max))
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        # What entities grow to may end the parsing before the type that defines them is seen.
        if b"<!DOCTYPE" in content:
            raise ModelError(_document_type()) from None
        raise ModelError(Problem("xml-syntax", _broken(error), f"line {error.lineno}")) from None
    except ValueError as error:
        raise ModelError(Problem("xml-syntax", _broken(error))) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise ModelError(_document_type())
    _check_depth(root, limits.xml_depth_max)
    return root


def _document_type() -> Problem:
    return Problem("xml-doctype", say("a document type is not allowed: it could define entities"))


def _broken(error: Exception) -> str:
    return say("the XML is broken: {error}", error=" ".join(str(getattr(error, "msg", error)).split()))


def _check_depth(root: etree._Element, depth_max: int) -> None:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > depth_max:
            raise ModelError(Problem("xml-depth", say("elements are nested more than {limit} deep", limit=depth_max)))


def local_name(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return etree.QName(element).localname


def is_dmn(element: etree._Element) -> bool:
    """Say whether an element belongs to DMN rather than to an extension."""
    return isinstance(element.tag, str) and etree.QName(element).namespace in VERSIONS


def children(element: etree._Element | None, *names: str) -> Iterator[etree._Element]:
    """Yield the DMN children, or those of the given names."""
    if element is None:
        return
    for child in element:
        if is_dmn(child) and (not names or local_name(child) in names):
            yield child


def child(element: etree._Element | None, *names: str) -> etree._Element | None:
    """Return the first DMN child of the given names."""
    return next(children(element, *names), None)


def text_of(element: etree._Element | None) -> str | None:
    """Return the text of an element's `text` child, or of the element itself."""
    if element is None:
        return None
    inner = child(element, "text")
    text = (element if inner is None else inner).text
    return "" if text is None else text.strip()


def child_text(element: etree._Element, name: str) -> str | None:
    """Return the text of a child, or None when there is no such child."""
    return text_of(child(element, name))


def type_ref_of(element: etree._Element) -> str | None:
    """Return a declared type without the prefix older versions put before FEEL's own types."""
    text = element.get("typeRef")
    if text is None:
        # DMN 1.1 wrote the type as an element in some places.
        text = child_text(element, "typeRef")
    if not text:
        return None
    prefix, separator, rest = text.partition(":")
    return rest if separator and prefix in element.nsmap else text
