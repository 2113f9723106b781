"""One entry of a statement: a single transaction, or a batch of them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from lxml import etree

from torget.connectors.bank_statements.words import identifying_words
from torget.foundation.core.money import Money, NotWholeCents, total
from torget.foundation.core.reference_number import normal_reference
from torget.payments.core.settlement import BankEntryValue, FileRefused, Finding, Problem

Element = Any


def local_name(element: Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def text_at(element: Element, path: str) -> str:
    """The text at a path of local names, whatever the version's namespace; '' if there is none."""
    found = element.find("/".join(f"{{*}}{name}" for name in path.split("/")))
    return "" if found is None or found.text is None else found.text.strip()


def read_entry(entry: Element, number: int) -> Iterator[BankEntryValue | Finding]:
    """The entry, or each transaction of a batch whose parts sum to it; raise FileRefused."""
    line = entry.sourceline
    status = text_at(entry, "Sts/Cd") or text_at(entry, "Sts")
    if status != "BOOK":
        yield Finding(problem=Problem.NOT_BOOKED_ENTRIES, line=line, detail=status[:4])
        return
    amount = _amount(entry, "Amt")
    if amount is None:
        currency = (found := entry.find("{*}Amt")) is not None and found.get("Ccy")
        is_foreign = bool(currency) and currency != "EUR"
        problem = Problem.WRONG_CURRENCY if is_foreign else Problem.UNREADABLE_ROW
        raise FileRefused(problem, line=line, detail=str(currency)[:3] if is_foreign else "Amt")
    whole = _signed(entry, amount, text_at(entry, "CdtDbtInd"), line)
    details = entry.findall("{*}NtryDtls/{*}TxDtls")
    parts = _parts(details, entry, line) if len(details) > 1 else []
    if parts and total(parts) == whole:
        for part, (detail, money) in enumerate(zip(details, parts, strict=True), 1):
            yield _value(entry, detail, number=number, part=part, amount=money)
        return
    if len(details) > 1:
        yield Finding(problem=Problem.BATCH_NOT_SPLIT, line=line, count=len(details))
    detail = details[0] if len(details) == 1 else None
    yield _value(entry, detail, number=number, part=0, amount=whole)


def _parts(details: list[Element], entry: Element, line: int) -> list[Money]:
    """The signed amounts of a batch's transactions; empty if not every one has its own."""
    sign = text_at(entry, "CdtDbtInd")
    parts = []
    for detail in details:
        # Version 08 has the amount at the transaction itself, version 02 among its amount details.
        amount = _amount(detail, "Amt") or _amount(detail, "AmtDtls/TxAmt/Amt")
        if amount is None:
            return []
        parts.append(_signed(detail, amount, text_at(detail, "CdtDbtInd") or sign, line))
    return parts


def _signed(element: Element, amount: Money, indicator: str, line: int) -> Money:
    """The sign is that of CdtDbtInd alone: a reversal's indicator says what it does to the account."""
    if indicator not in {"CRDT", "DBIT"} or amount.cents < 0:
        raise FileRefused(Problem.UNREADABLE_ROW, line=element.sourceline or line, detail="CdtDbtInd")
    return amount if indicator == "CRDT" else -amount


def _amount(element: Element, path: str) -> Money | None:
    """Euros at the path; None if there is no amount, in another currency or not in whole cents."""
    found = element.find("/".join(f"{{*}}{name}" for name in path.split("/")))
    if found is None or found.get("Ccy") != "EUR":
        return None
    try:
        return Money.from_text((found.text or "").strip())
    except NotWholeCents:
        return None


def _value(entry: Element, detail: Element | None, *, number: int, part: int, amount: Money) -> BankEntryValue:
    return BankEntryValue(
        number=number,
        part=part,
        amount=amount,
        booked_on=_day(entry, "BookgDt"),
        value_on=_day(entry, "ValDt"),
        reference="" if detail is None else _reference(detail),
        message=identifying_words(_free_text(entry, detail)),
        end_to_end_id="" if detail is None else _end_to_end_id(detail),
        bank_reference=_bank_reference(entry, detail),
        is_reversal=text_at(entry, "RvslInd") in {"true", "1"},
    )


def _day(entry: Element, name: str) -> date | None:
    try:
        return date.fromisoformat((text_at(entry, f"{name}/Dt") or text_at(entry, f"{name}/DtTm"))[:10])
    except ValueError:
        return None


def _reference(detail: Element) -> str:
    """The structured creditor reference: Finnish form if it is a Finnish one, else as the bank gave it."""
    given = text_at(detail, "RmtInf/Strd/CdtrRefInf/Ref") or text_at(detail, "RmtInf/Strd/CdtrRefInf/CdtrRef")
    compact = "".join(given.split()).upper()
    if not (compact.isascii() and compact.isalnum()):
        return ""
    return normal_reference(compact) or compact.lstrip("0")[:35]


def _free_text(entry: Element, detail: Element | None) -> str:
    texts = [] if detail is None else [*detail.findall("{*}RmtInf/{*}Ustrd"), *detail.findall("{*}AddtlTxInf")]
    texts += entry.findall("{*}AddtlNtryInf")
    return " ".join(text.text for text in texts if text.text)


def _end_to_end_id(detail: Element) -> str:
    given = text_at(detail, "Refs/EndToEndId")
    return "" if given == "NOTPROVIDED" else identifying_words(given)[:35]


def _bank_reference(entry: Element, detail: Element | None) -> str:
    """The bank's archive reference, of the transaction if it has one of its own."""
    own = "" if detail is None else text_at(detail, "Refs/AcctSvcrRef")
    return (own or text_at(entry, "AcctSvcrRef") or text_at(entry, "NtryRef"))[:35]
