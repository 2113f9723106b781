"""camt.053 and camt.054 as a Finnish bank writes them, in the versions 02 and 08."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.{message}.001.{version:02d}"
_NAMES = {"053": ("BkToCstmrStmt", "Stmt"), "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    amount_cents: int
    """Positive: money came in."""
    reference: str = ""
    """As the payer gave it: Finnish or RF."""
    message: str = ""
    end_to_end_id: str = "NOTPROVIDED"
    payer: str = "PAYTRAIL OYJ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    archive_id: str
    booked_on: date
    transactions: tuple[Transaction, ...]
    is_reversal: bool = False
    status: str = "BOOK"
    has_details: bool = True

    @property
    def amount_cents(self) -> int:
        return sum(transaction.amount_cents for transaction in self.transactions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    iban: str
    statement_id: str
    sequence_number: int
    day: date
    opening_cents: int
    entries: tuple[Entry, ...]
    currency: str = "EUR"

    @property
    def closing_cents(self) -> int:
        return self.opening_cents + sum(entry.amount_cents for entry in self.entries if entry.status == "BOOK")


def camt(statements: Sequence[Statement], *, message: str = "053", version: int = 2, encoding: str = "UTF-8") -> bytes:
    """A whole file; `message` is '053' (statement, with balances) or '054' (notification)."""
    outer, inner = _NAMES[message]
    body = "".join(_statement(statement, inner, version, has_balances=message == "053") for statement in statements)
    day = statements[0].day.isoformat() if statements else "2026-11-24"
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        f'<Document xmlns="{NAMESPACE.format(message=message, version=version)}">\n<{outer}>\n'
        f"<GrpHdr><MsgId>M{day}</MsgId><CreDtTm>{day}T05:00:00+02:00</CreDtTm></GrpHdr>\n"
        f"{body}</{outer}>\n</Document>\n"
    )
    return text.encode(encoding, "xmlcharrefreplace")


def _statement(statement: Statement, name: str, version: int, *, has_balances: bool) -> str:
    day = statement.day.isoformat()
    lines = [
        f"<{name}>",
        f"<Id>{escape(statement.statement_id)}</Id>",
        f"<ElctrncSeqNb>{statement.sequence_number}</ElctrncSeqNb>",
        f"<CreDtTm>{day}T23:30:00+02:00</CreDtTm>",
        f"<FrToDt><FrDtTm>{day}T00:00:00+02:00</FrDtTm><ToDtTm>{day}T23:59:59+02:00</ToDtTm></FrToDt>",
        f"<Acct><Id><IBAN>{statement.iban}</IBAN></Id><Ccy>{statement.currency}</Ccy></Acct>",
    ]
    if has_balances:
        lines += [
            _balance("OPBD", statement.opening_cents, day, statement.currency),
            _balance("CLBD", statement.closing_cents, day, statement.currency),
        ]
    lines += [_entry(entry, version, statement.currency) for entry in statement.entries]
    return "\n".join([*lines, f"</{name}>\n"])


def _balance(code: str, cents: int, day: str, currency: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(cents, currency)}{_indicator(cents)}"
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _entry(entry: Entry, version: int, currency: str) -> str:
    day = entry.booked_on.isoformat()
    status = f"<Sts>{entry.status}</Sts>" if version == 2 else f"<Sts><Cd>{entry.status}</Cd></Sts>"
    reversal = "<RvslInd>true</RvslInd>" if entry.is_reversal else ""
    batch = len(entry.transactions)
    head = f"<Btch><NbOfTxs>{batch}</NbOfTxs></Btch>\n" if batch > 1 else ""
    details = "\n".join(_transaction(transaction, version, currency) for transaction in entry.transactions)
    return (
        f"<Ntry>{_amount(entry.amount_cents, currency)}{_indicator(entry.amount_cents)}{reversal}{status}"
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<AcctSvcrRef>{entry.archive_id}</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
        + (f"\n<NtryDtls>\n{head}{details}\n</NtryDtls>" if entry.has_details else "")
        + "</Ntry>"
    )


def _transaction(transaction: Transaction, version: int, currency: str) -> str:
    amount, sign = _amount(transaction.amount_cents, currency), _indicator(transaction.amount_cents)
    money = f"<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>" if version == 2 else amount + sign
    party = f"<Nm>{escape(transaction.payer)}</Nm>"
    party = party if version == 2 else f"<Pty>{party}</Pty>"
    remittance = ""
    if transaction.reference:
        code = "<Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>"
        remittance += f"<Strd><CdtrRefInf>{code}<Ref>{escape(transaction.reference)}</Ref></CdtrRefInf></Strd>"
    if transaction.message:
        remittance = f"<Ustrd>{escape(transaction.message)}</Ustrd>{remittance}"
    return (
        f"<TxDtls><Refs><EndToEndId>{escape(transaction.end_to_end_id)}</EndToEndId></Refs>{money}"
        f"<RltdPties><Dbtr>{party}</Dbtr></RltdPties>"
        + (f"<RmtInf>{remittance}</RmtInf>" if remittance else "")
        + "</TxDtls>"
    )


def _amount(cents: int, currency: str) -> str:
    return f'<Amt Ccy="{currency}">{abs(cents) // 100}.{abs(cents) % 100:02d}</Amt>'


def _indicator(cents: int) -> str:
    return f"<CdtDbtInd>{'DBIT' if cents < 0 else 'CRDT'}</CdtDbtInd>"
