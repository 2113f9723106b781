"""Rules of PDF/A-2a (ISO 19005-2) and PDF/UA-1 (ISO 14289-1) that can be checked without a validator."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pikepdf

ROLES = {
    "Document", "Part", "Sect", "Div", "H1", "H2", "H3", "P", "L", "LI", "Lbl", "LBody", "Table", "THead", "TBody",
    "TR", "TH", "TD", "Span", "Link", "Figure", "Caption", "Form", "NonStruct",
}  # fmt: skip
FORBIDDEN_ACTIONS = ("JavaScript", "Launch", "Sound", "Movie", "ResetForm", "ImportData", "Hide")


def _below(element: Any) -> Iterator[Any]:
    yield element
    children = element.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield from _below(child)


def _fonts(pdf: pikepdf.Pdf) -> Iterator[Any]:
    for page in pdf.pages:
        resources: Any = page.obj.get("/Resources", {})
        yield from resources.get("/Font", {}).values()


def _font_faults(font: Any) -> Iterator[str]:
    inner = font["/DescendantFonts"][0] if "/DescendantFonts" in font else font
    name = str(font.get("/BaseFont", "?"))
    descriptor = inner.get("/FontDescriptor", {})
    if not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
        yield f"font {name} is not embedded"
    if "/ToUnicode" not in font:
        yield f"font {name} has no way back to letters"


def _structure_faults(pdf: pikepdf.Pdf) -> Iterator[str]:
    root = pdf.Root.get("/StructTreeRoot")
    if root is None:
        yield "no structure tree"
        return
    tops = root["/K"]
    elements = [one for top in (tops if isinstance(tops, pikepdf.Array) else [tops]) for one in _below(top)]
    roles = [str(one["/S"]).lstrip("/") for one in elements]
    mapped = {str(key).lstrip("/") for key in root.get("/RoleMap", {})}
    yield from (f"role {role} is not a standard one" for role in sorted(set(roles) - ROLES - mapped))
    headings = [int(role[1]) for role in roles if role in ("H1", "H2", "H3")]
    if not headings or headings[0] != 1:
        yield "the first heading is not of level 1"
    if any(after > before + 1 for before, after in pairwise(headings)):
        yield "a level of headings is left out"
    yield from ("a figure has no text" for one in elements if str(one["/S"]) == "/Figure" and not one.get("/Alt"))


def _document_faults(pdf: pikepdf.Pdf) -> Iterator[str]:
    root: Any = pdf.Root
    with pdf.open_metadata() as metadata:
        told = (metadata.get("pdfaid:part"), metadata.get("pdfaid:conformance"), metadata.get("pdfuaid:part"))
        has_title = bool(metadata.get("dc:title"))
    looked_at = {
        f"the marks are {told}": told == ("2", "A", "1"),
        "no title in the metadata": has_title,
        "encrypted, or without an identifier": not pdf.is_encrypted and "/ID" in pdf.trailer,
        "not marked as tagged": bool(root.get("/MarkInfo", {}).get("/Marked")),
        "the title is not shown": bool(root.get("/ViewerPreferences", {}).get("/DisplayDocTitle")),
        "no language": "/Lang" in root,
        "no output intent": any(str(one.get("/S")) == "/GTS_PDFA1" for one in root.get("/OutputIntents", [])),
    }
    yield from (fault for fault, holds in looked_at.items() if not holds)


def _object_faults(pdf: pikepdf.Pdf) -> Iterator[str]:
    for one in pdf.objects:
        item: Any = one
        if not isinstance(item, (pikepdf.Dictionary, pikepdf.Stream)):
            continue
        if str(item.get("/S", "")).lstrip("/") in FORBIDDEN_ACTIONS or "/AA" in item:
            yield "an action that a document may not take"
        if bool(item.get("/Interpolate", False)) or str(item.get("/Filter", "")) == "/LZWDecode":
            yield "interpolation or LZW"


def archive_faults(pdf: pikepdf.Pdf) -> list[str]:
    """What is wrong, in words; empty when all that is looked at holds."""
    fonts = [fault for font in _fonts(pdf) for fault in _font_faults(font)]
    return [*pdf.check_pdf_syntax(), *_document_faults(pdf), *_object_faults(pdf), *fonts, *_structure_faults(pdf)]
