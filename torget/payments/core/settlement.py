"""What a provider says it paid out, and what the bank says arrived: the values that both kinds of file are read into.

Signs are those of the municipality's balance at the provider: a payment adds; a refund, a chargeback, a fee and a
payout (the money leaves for the bank account) take away. So a complete ledger of a provider sums to its balance.
Of a bank account: what arrives is positive, what leaves is negative.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import BinaryIO, Protocol
from uuid import UUID

from torget.foundation.core.money import ZERO, Money

PROVIDER_NAMES = frozenset(
    {"paytrail", "suomi.fi-maksut", "valtiokonttori", "statskontoret", "ceepos", "cpu", "stripe", "mobilepay", "vipps"}
)
"""What payment providers are called on bank statements."""


class RowKind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"
    FEE = "fee"  #: A fee of its own, not one that is kept from a payment.
    CHARGEBACK = "chargeback"  #: The payer's bank took the money back.
    PAYOUT = "payout"  #: What was sent to the municipality's bank account.
    ADJUSTMENT = "adjustment"  #: Everything else, also what we have no word for.


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementRow:
    """One row of a provider's report."""

    line: int
    """Where it stands in the file, as a person counts: 1 is the first line, the heading included."""
    kind: RowKind
    amount: Money
    """Before the fee; signed as said above."""
    fee: Money = ZERO
    """What the provider kept of this row; never negative."""
    stamp: str = ""
    """Ours: the payment's token or the refund's stamp, if the provider repeats it."""
    provider_reference: str = ""
    reference: str = ""
    """Finnish bank reference number (viite) of the payment."""
    refunded_payment: str = ""
    """The provider's reference of the payment that a refund or a chargeback belongs to."""
    method: str = ""
    entry_on: date | None = None
    settlement_id: str = ""
    settlement_reference: str = ""
    """What the payout carries on the bank statement."""
    settled_on: date | None = None
    sub_merchant: str = ""
    """Whose part it is, in the report of a cooperation's aggregate account."""


class StatementKind(StrEnum):
    STATEMENT = "statement"  #: camt.053: the account's truth, with balances.
    NOTIFICATION = "notification"  #: camt.054: tells of entries early or in detail; a statement has them again.


@dataclass(frozen=True, slots=True, kw_only=True)
class BankEntryValue:
    """One entry of a bank account, or one transaction of an entry that is a batch; the payer's name is not kept."""

    number: int
    """The entry's place in its statement, from 1."""
    part: int = 0
    """Its place in the batch, from 1; 0 if the entry is not a batch."""
    amount: Money
    booked_on: date | None
    value_on: date | None
    reference: str = ""
    """Finnish form, digits only without leading zeros, also when the bank gave the RF form."""
    message: str = ""
    """Only the words that can identify a settlement: a free text may hold personal data (bank_statements/words.py)."""
    end_to_end_id: str = ""
    bank_reference: str = ""
    is_reversal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BankStatementValue:
    """The head of a statement; its entries follow it in the stream."""

    kind: StatementKind
    iban: str
    statement_id: str
    sequence_number: int | None
    currency: str
    opening_balance: Money | None
    closing_balance: Money | None
    opened_on: date | None
    closed_on: date | None


class Problem(StrEnum):
    """Why a file was refused, or what a person should know about one that was read (payments/settlement/words.py)."""

    # Refused: nothing of the file is kept but the file itself.
    EMPTY = "empty"
    NOT_THIS_FORMAT = "not_this_format"
    UNREADABLE_ROW = "unreadable_row"
    TRUNCATED = "truncated"
    DOUBLED = "doubled"
    ANOTHER_ACCOUNT = "another_account"
    UNKNOWN_BANK_ACCOUNT = "unknown_bank_account"
    WRONG_CURRENCY = "wrong_currency"
    IMPOSSIBLE_SIGN = "impossible_sign"
    TOO_LARGE = "too_large"
    REPORT_LIMIT = "report_limit"
    BALANCE_DOES_NOT_ADD_UP = "balance_does_not_add_up"
    STATEMENT_DIFFERS = "statement_differs"
    # Read, but somebody should know.
    KNOWN_ROWS = "known_rows"
    CHANGED_ROWS = "changed_rows"
    REPEATED_ROWS = "repeated_rows"
    ZERO_ROWS = "zero_rows"
    ROUNDED_FEES = "rounded_fees"
    NOT_BOOKED_ENTRIES = "not_booked_entries"
    BATCH_NOT_SPLIT = "batch_not_split"
    NOT_SETTLED_ROWS = "not_settled_rows"
    UNKNOWN_KIND = "unknown_kind"
    SAME_STATEMENT = "same_statement"
    STATEMENT_GAP = "statement_gap"
    BALANCE_GAP = "balance_gap"
    NO_BALANCES = "no_balances"


REFUSING = frozenset(
    {
        Problem.EMPTY,
        Problem.NOT_THIS_FORMAT,
        Problem.UNREADABLE_ROW,
        Problem.TRUNCATED,
        Problem.DOUBLED,
        Problem.ANOTHER_ACCOUNT,
        Problem.UNKNOWN_BANK_ACCOUNT,
        Problem.WRONG_CURRENCY,
        Problem.IMPOSSIBLE_SIGN,
        Problem.TOO_LARGE,
        Problem.REPORT_LIMIT,
        Problem.BALANCE_DOES_NOT_ADD_UP,
        Problem.STATEMENT_DIFFERS,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to tell the finance user: what, where it is first seen, and how often."""

    problem: Problem
    line: int | None = None
    detail: str = ""
    """What the file says at that place: a column, a number; no name and no free text."""
    count: int = 1


class FileRefused(Exception):
    """The file cannot be taken; nothing of it may be kept."""

    def __init__(self, problem: Problem, *, line: int | None = None, detail: str = "") -> None:
        super().__init__(f"{problem}: line {line}: {detail}")
        if problem not in REFUSING:
            raise ValueError(f"{problem} does not refuse a file")
        self.finding = Finding(problem=problem, line=line, detail=detail)


class SettlementReader(Protocol):
    """Reads one provider's file, streamed: memory does not grow with the file."""

    def read(self, source: BinaryIO) -> Iterator[SettlementRow | Finding]:
        """The rows in their order, and findings that do not refuse the file; raise FileRefused."""
        ...


class StatementReader(Protocol):
    """Reads a bank's file, streamed."""

    def read(self, source: BinaryIO) -> Iterator[BankStatementValue | BankEntryValue | Finding]:
        """Each statement's head, then its entries; raise FileRefused."""
        ...


_NEGATIVE_ONLY = frozenset({RowKind.REFUND, RowKind.CHARGEBACK})


def row_problem(row: SettlementRow) -> Finding | None:
    """What is impossible (refuses the file) or odd about one row, whoever the provider is.

    A payment cannot be negative and a refund cannot be positive; a payout may go either way, since a provider collects
    when more was refunded than paid. A fee can be corrected by a positive row.
    """
    if row.fee.cents < 0:
        return Finding(problem=Problem.IMPOSSIBLE_SIGN, line=row.line, detail=f"fee {row.fee}")
    if (row.kind is RowKind.PAYMENT and row.amount.cents < 0) or (row.kind in _NEGATIVE_ONLY and row.amount.cents > 0):
        return Finding(problem=Problem.IMPOSSIBLE_SIGN, line=row.line, detail=f"{row.kind} {row.amount}")
    if not row.amount and not row.fee:
        return Finding(problem=Problem.ZERO_ROWS, line=row.line)
    return None


def row_key(row: SettlementRow) -> tuple[str, ...]:
    """What makes a row the same row when it comes again in another file.

    The provider's reference, else our stamp, else all that the row says of itself; with the kind (a refund may carry
    the payment's reference), the amount (parts of a payment), and the settlement and the payee (an aggregate pays one
    payment out in several settlements). The fee is left out: a provider that corrects a fee must be noticed, not
    counted twice.
    """
    name = row.provider_reference or row.stamp
    if not name:
        day = "" if row.entry_on is None else row.entry_on.isoformat()
        name = f"|{row.reference}|{row.refunded_payment}|{day}|{row.method}"
    return (row.kind, name, str(row.amount.cents), row.settlement_id, row.sub_merchant)


def row_identity(row: SettlementRow) -> UUID:
    """The key in 128 bits, which is what the database's unique index can afford for ten million rows."""
    return UUID(bytes=hashlib.sha256("\x1f".join(row_key(row)).encode("utf-8", "surrogatepass")).digest()[:16])
