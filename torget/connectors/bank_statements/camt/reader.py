"""camt.053 and camt.054, versions 02 and 08, read element by element so that memory does not grow with the file.

Sources: ISO 20022 message definitions camt.053.001.02/.08 and camt.054.001.02/.08; Finance Finland's account statement
guide 1.3. External entities, DTDs and the network are off, and a document type declaration is refused altogether.
"""

import codecs
from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

from lxml import etree

from torget.connectors.bank_statements.camt.entries import local_name, read_entry, text_at
from torget.foundation.core.money import Money, NotWholeCents
from torget.payments.core.settlement import (
    BankEntryValue,
    BankStatementValue,
    FileRefused,
    Finding,
    Problem,
    StatementKind,
)

NAMESPACES = {
    "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02": StatementKind.STATEMENT,
    "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08": StatementKind.STATEMENT,
    "urn:iso:std:iso:20022:tech:xsd:camt.054.001.02": StatementKind.NOTIFICATION,
    "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08": StatementKind.NOTIFICATION,
}
_OPENING = ("OPBD", "PRCD")
"""Opening balance booked; else the previous statement's closing balance."""
_PIECE_BYTES = 1 << 20

Element = Any


class CamtReader:
    def read(self, source: BinaryIO) -> Iterator[BankStatementValue | BankEntryValue | Finding]:
        """Each statement's head, then its entries; raise FileRefused."""
        encoding = _encoding(source)
        count = 0
        try:
            for value in _read(source, encoding):
                count += isinstance(value, BankStatementValue)
                yield value
        except etree.XMLSyntaxError as error:
            raise FileRefused(_problem(error), line=error.lineno, detail=error.msg[:120] if error.msg else "") from None
        if count == 0:
            raise FileRefused(Problem.EMPTY)


def _encoding(source: BinaryIO) -> str | None:
    """None to let the file say it; Latin-1 for a file that claims or implies UTF-8 and is not."""
    head = source.read(200).lstrip(b"\xef\xbb\xbf \r\n\t")
    source.seek(0)
    if not head:
        raise FileRefused(Problem.EMPTY)
    declaration = head.split(b"?>")[0].lower()
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or (b"encoding" in declaration and b"utf-8" not in declaration):
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := source.read(_PIECE_BYTES):
            decoder.decode(piece)
    except UnicodeDecodeError:
        return "iso-8859-1"
    finally:
        source.seek(0)
    return None


def _problem(error: etree.XMLSyntaxError) -> Problem:
    message = error.msg or ""
    # A file that ends after its first '<?xml' is told so too.
    is_second_declaration = "XML declaration allowed only" in message and error.position > (1, len("<?xml") + 1)
    if "Extra content" in message or is_second_declaration:
        return Problem.DOUBLED
    is_cut_off = any(
        word in message for word in ("Premature end", "EndTag", "Couldn't find end", "not closed", "AttValue")
    )
    return Problem.TRUNCATED if is_cut_off else Problem.NOT_THIS_FORMAT


def _read(source: BinaryIO, encoding: str | None) -> Iterator[BankStatementValue | BankEntryValue | Finding]:
    events = etree.iterparse(
        source,
        events=("start", "end"),
        tag=("{*}Document", "{*}Ntry", "{*}Stmt", "{*}Ntfctn"),
        load_dtd=False,
        no_network=True,
        resolve_entities=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
        encoding=encoding,
    )
    kind: StatementKind | None = None
    head: BankStatementValue | None = None
    number = 0
    for event, element in events:
        name = local_name(element)
        if event == "start" and kind is None:
            kind = _kind(element)
        if event == "start" or name == "Document":
            continue
        if kind is None:
            break
        if head is None:
            head, number = _head(element.getparent() if name == "Ntry" else element, kind), 0
            yield head
        if name == "Ntry":
            number += 1
            yield from read_entry(element, number)
        else:
            head = None
        _forget(element)
    if kind is None:
        raise FileRefused(Problem.NOT_THIS_FORMAT, line=1)


def _kind(root: Element) -> StatementKind:
    """The namespace of the root says message and version; anything before it that defines entities is refused."""
    if root.getroottree().docinfo.doctype:
        raise FileRefused(Problem.NOT_THIS_FORMAT, line=1, detail="DOCTYPE")
    namespace = etree.QName(root).namespace or ""
    kind = NAMESPACES.get(namespace)
    if kind is None or local_name(root) != "Document":
        raise FileRefused(Problem.NOT_THIS_FORMAT, line=1, detail=namespace[-40:] or local_name(root)[:40])
    return kind


def _forget(element: Element) -> None:
    """Free what was read: the element's content, and the empty elements of its kind before it."""
    element.clear()
    while (before := element.getprevious()) is not None and before.tag == element.tag:
        element.getparent().remove(before)


def _head(statement: Element, kind: StatementKind) -> BankStatementValue:
    line = statement.sourceline
    iban = text_at(statement, "Acct/Id/IBAN").replace(" ", "").upper()
    statement_id = text_at(statement, "Id")
    if not iban or not statement_id:
        raise FileRefused(Problem.UNREADABLE_ROW, line=line, detail="IBAN" if statement_id else "Id")
    balances = list(_balances(statement))
    opening = next((balance for code in _OPENING for balance in balances if balance[0] == code), None)
    closing = next((balance for balance in balances if balance[0] == "CLBD"), None)
    currencies = (text_at(statement, "Acct/Ccy") or "EUR", *(balance[3] for balance in balances))
    foreign = next((currency for currency in currencies if currency != "EUR"), None)
    if foreign is not None:
        raise FileRefused(Problem.WRONG_CURRENCY, line=line, detail=foreign[:3])
    created_on = read_date(text_at(statement, "CreDtTm"))
    number = text_at(statement, "ElctrncSeqNb") or text_at(statement, "LglSeqNb")
    return BankStatementValue(
        kind=kind,
        iban=iban,
        statement_id=statement_id[:60],
        sequence_number=int(number) if number.isascii() and number.isdigit() and len(number) <= 18 else None,
        currency=currencies[0],
        opening_balance=opening[1] if opening else None,
        closing_balance=closing[1] if closing else None,
        opened_on=read_date(text_at(statement, "FrToDt/FrDtTm")) or (opening[2] if opening else None) or created_on,
        closed_on=(closing[2] if closing else None) or read_date(text_at(statement, "FrToDt/ToDtTm")) or created_on,
    )


def _balances(statement: Element) -> Iterator[tuple[str, Money, date | None, str]]:
    for balance in statement.iterchildren("{*}Bal"):
        amount = balance.find("{*}Amt")
        try:
            money = Money.from_text((amount.text or "").strip()) if amount is not None else None
        except NotWholeCents:
            money = None
        if amount is None or money is None:
            raise FileRefused(Problem.UNREADABLE_ROW, line=balance.sourceline, detail="Bal/Amt")
        sign = -1 if text_at(balance, "CdtDbtInd") == "DBIT" else 1
        day = read_date(text_at(balance, "Dt/Dt") or text_at(balance, "Dt/DtTm"))
        yield text_at(balance, "Tp/CdOrPrtry/Cd"), Money(sign * money.cents), day, amount.get("Ccy", "EUR")


def read_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
