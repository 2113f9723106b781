"""From the BV total and the AV lines of a patron to fees, and from an order to the one payment that SIP2 can carry."""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass

from torget.connectors.library_systems.sip2.codec import Message
from torget.connectors.library_systems.sip2.dialect import Sip2Dialect
from torget.foundation.core.money import ZERO, Money, NotWholeCents, total
from torget.payments.core.ports import LibraryFee, RegistrationOrder

BALANCE = "balance"
"""The reference of the one fee that stands for all that a system states only as a total."""
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class UnreadableFees(ValueError):
    """Amounts or lines that do not read as the site's dialect says; no text of them is repeated here."""


class LineUnreadable(UnreadableFees):
    """A fee line that does not match the site's fee_pattern."""


class LineTwice(UnreadableFees):
    """Two fee lines with one identifier."""


class AmountUnreadable(UnreadableFees):
    """An amount that is not a plain number in whole cents."""


class NotPayable(Exception):
    """An order that cannot be told to this system as it stands; the text is for staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount:
    fees: tuple[LibraryFee, ...]
    balance: Money
    """What the system says is owed in all; negative if it owes the patron."""
    credit: Money


def read_amount(text: str) -> Money:
    """A plain number with a dot; '12,50' is refused, for nobody can say what such a system would book."""
    stripped = text.strip()
    if not _PLAIN_NUMBER.fullmatch(stripped):
        raise AmountUnreadable("an amount is not a plain number")
    try:
        return Money.from_text(stripped)
    except NotWholeCents:
        raise AmountUnreadable("an amount is not in whole cents") from None


def read_account(answer: Message, dialect: Sip2Dialect) -> OpenAccount:
    """The fees of a 64. What BV counts beyond the AV lines is offered as the balance, so that nothing is hidden."""
    stated = answer.get("BV")
    balance = read_amount(stated) if stated and stated.strip() else None
    lines: tuple[LibraryFee, ...] = ()
    credit = ZERO
    if dialect.fee_pattern is not None:
        everything = _read_lines(answer.get_all("AV"), dialect.fee_pattern, dialect.fee_kind)
        lines = tuple(fee for fee in everything if fee.outstanding > ZERO)
        credit = -total([fee.outstanding for fee in everything if fee.outstanding < ZERO])
    itemised = total([fee.outstanding for fee in lines])
    if balance is None:
        balance = itemised - credit
    beyond = balance - itemised
    if beyond > ZERO:
        lines += (LibraryFee(reference=BALANCE, kind=dialect.fee_kind, outstanding=beyond, charged=beyond),)
    return OpenAccount(fees=lines, balance=balance, credit=max(credit, -beyond))


def _read_lines(texts: tuple[str, ...], pattern: re.Pattern[str], kind: str) -> tuple[LibraryFee, ...]:
    """Fees in the server's order; one that names no id is known by its text, told apart by number if it repeats."""
    seen: Counter[str] = Counter()
    fees = []
    for text in texts:
        if not text.strip():
            continue
        found = pattern.fullmatch(text.strip())
        if not found:
            raise LineUnreadable("a fee line (AV) does not match the site's fee_pattern")
        groups = {name: value or "" for name, value in found.groupdict().items()}
        description = groups.get("text", "").strip()
        reference = groups.get("id") or "text-" + hashlib.sha256(description.encode()).hexdigest()[:16]
        seen[reference] += 1
        if seen[reference] > 1:
            if groups.get("id"):
                raise LineTwice("two fee lines (AV) with one id")
            reference = f"{reference}-{seen[reference]}"
        amount = read_amount(groups["amount"])
        fees.append(
            LibraryFee(
                reference=reference,
                kind=kind or groups.get("kind", "").strip(),
                outstanding=amount,
                charged=amount,
                description=description,
            )
        )
    return tuple(fees)


def fee_identifier_for(order: RegistrationOrder, account: OpenAccount, dialect: Sip2Dialect) -> str | None:
    """Check an order against the fees of this moment; the CG to send with its one payment, None to pay by the total.

    Raise NotPayable before anything is sent: the servers take negative amounts, overpayments and zero without a word.
    """
    if order.amount <= ZERO or any(line.amount <= ZERO for line in order.lines):
        raise NotPayable("an amount that is not positive")
    if len({line.fee_reference for line in order.lines}) != len(order.lines):
        raise NotPayable("one fee twice in an order")
    # Credit is never netted into fees, so it does not lessen what may be paid for them.
    if order.amount > account.balance + account.credit:
        raise NotPayable(f"{order.amount} is more than the {account.balance + account.credit} that is open")
    open_fees = {fee.reference: fee for fee in account.fees}
    for line in order.lines:
        fee = open_fees.get(line.fee_reference)
        if fee is None:
            raise NotPayable(f"fee {line.fee_reference} is no longer open")
        if line.amount > fee.outstanding:
            raise NotPayable(f"fee {line.fee_reference} has only {fee.outstanding} open")
    if not dialect.sends_fee_identifier:
        return None
    if len(order.lines) == 1 and order.lines[0].fee_reference != BALANCE:
        return order.lines[0].fee_reference
    if dialect.offers_choice and len(order.lines) != len(open_fees):
        raise NotPayable("one SIP2 payment takes one fee or all of them, not a choice of several")
    return None
