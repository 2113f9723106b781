"""Forms as data: what is a form, what is an answer; and which files may come."""

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torget.service.core.files import SIZE_MAX, FileFault, check_file, media_type, safe_name
from torget.service.core.forms import (
    AnswerFault,
    FormFault,
    answers_asked,
    check_step,
    first_faulty_step,
    read_form,
    tidy,
)

FORMS = sorted(Path("torget/procedures").glob("*/form.json"))


def texts(text: str) -> dict[str, str]:
    return {"sv": text, "fi": text, "en": text}


def field(field_id: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"id": field_id, "kind": kind, "labels": texts(field_id), **more}


def choice(field_id: str, *values: str, **more: Any) -> dict[str, Any]:
    options = [{"value": value, "labels": texts(value)} for value in values]
    return field(field_id, "choice", options=options, required=True, **more)


def definition(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"steps": list(steps)}


def step(step_id: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": step_id, "titles": texts(step_id), "fields": list(fields), **more}


BRANCHED = definition(
    step("first", choice("how", "paid", "other"), field("name", required=True, max_length=5)),
    step("receipt", field("day", "date", required=True), when={"field": "how", "is": ["paid"]}),
    step("last", field("email", "email")),
)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.parent.name)
def test_every_form_that_is_shipped_is_a_form(path: Path) -> None:
    assert read_form(json.loads(path.read_text(encoding="utf-8"))).steps


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (definition(), "no steps"),
        (definition(step("a")), "asks nothing"),
        (definition(step("a", field("b")), step("a", field("c"))), "same id"),
        (definition(step("a", field("b"), field("b"))), "stands twice"),
        (definition(step("a", field("b", "colour"))), "no kind of field"),
        (definition(step("a", field("b", options=[{"value": "x", "labels": texts("x")}]))), "a choice has options"),
        (definition(step("a", {**field("b"), "labels": {"sv": "b"}})), "lacks fi, en"),
        (definition(step("a", field("b", max_length=0))), "max_length"),
        (definition(step("a", field("B c"))), "is not an id"),
        (definition(step("a", field("b")), step("c", field("d"), when={"field": "b", "is": ["x"]})), "as a choice"),
        (definition(step("a", choice("b", "x")), step("c", field("d"), when={"field": "b", "is": ["y"]})), "not offer"),
    ],
)
def test_what_is_wrong_with_a_definition_is_said(broken: dict[str, Any], says: str) -> None:
    with pytest.raises(FormFault, match=says):
        read_form(broken)


def test_answers_lead_through_the_steps_that_are_asked() -> None:
    form = read_form(BRANCHED)
    paid = {"how": "paid", "name": "Åsa"}
    assert [one.id for one in form.asked(paid)] == ["first", "receipt", "last"]
    lacking = first_faulty_step(form, paid)
    assert lacking is not None
    assert lacking.id == "receipt"
    other = {"how": "other", "name": "Åsa", "day": "2026-01-01", "admin": "yes"}
    assert first_faulty_step(form, other) is None
    assert answers_asked(form, other) == {"how": "other", "name": "Åsa"}


def test_every_wrong_answer_has_its_fault() -> None:
    form = read_form(BRANCHED)
    first, receipt, last = form.steps
    assert check_step(first, {}) == {"how": AnswerFault.MISSING, "name": AnswerFault.MISSING}
    wrong = {"how": "<script>", "name": "far too long"}
    assert check_step(first, wrong) == {"how": AnswerFault.NOT_AN_OPTION, "name": AnswerFault.TOO_LONG}
    assert check_step(receipt, {"day": "2026-02-30"}) == {"day": AnswerFault.NOT_A_DATE}
    for address in ("asa", "asa@", "a b@example.fi", "asa@example", "asa@example.fi\nBcc: x@example.fi"):
        assert check_step(last, {"email": address}) == {"email": AnswerFault.NOT_AN_EMAIL}, address


@given(st.text())
def test_what_is_tidied_can_be_kept(text: str) -> None:
    clean = tidy(text)
    assert "\x00" not in clean
    assert "\r" not in clean
    assert tidy(clean) == clean


def _png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    crc = struct.pack(">I", zlib.crc32(b"IHDR" + header))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + b"IHDR" + header + crc


def _zip_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(10_000_000))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"%PDF-1.7 and so on", None),
        (_png(100, 100), None),
        (b"\xff\xd8\xff\xe0 and so on", None),
        (b"", FileFault.EMPTY),
        (b"%PDF-" + bytes(SIZE_MAX), FileFault.TOO_LARGE),
        (_zip_bomb(), FileFault.WRONG_KIND),
        (b"MZ\x90\x00 a program", FileFault.WRONG_KIND),
        (b"<svg onload=alert(1)>", FileFault.WRONG_KIND),
        (b"<html>%PDF-", FileFault.WRONG_KIND),
        (_png(100_000, 100_000), FileFault.TOO_MANY_PIXELS),
    ],
)
def test_files_are_known_by_what_they_are(content: bytes, fault: FileFault | None) -> None:
    assert check_file(content) is fault


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("kvitto.pdf", "kvitto.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\räkning.PDF", "räkning.PDF"),
        ("\u202efdp.exe", "fdp.exe"),
        ('a"b<c>.png', "a_b_c_.png"),
        ("", "file"),
        ("...", "file"),
        ("x" * 500 + ".jpeg", "x" * 115 + ".jpeg"),
        ("line\nbreak.pdf", "line_break.pdf"),
    ],
)
def test_names_lead_nowhere(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(max_size=300))
def test_any_name_becomes_a_short_one_without_slashes(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= 130
    assert not set(safe) & set('/\\\x00\n"<>')


def test_media_types_come_from_the_content() -> None:
    assert media_type(b"%PDF-1.4") == "application/pdf"
    assert media_type(b"PK\x03\x04") is None
