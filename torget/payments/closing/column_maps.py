"""Column maps of a municipality: the newest holds, earlier ones stay, and the first is a proposal to fill in."""

from dataclasses import asdict, dataclass
from datetime import datetime

from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.access import Access
from torget.payments.closing.models import ColumnMap
from torget.payments.core.journal_file import ColumnMapValue, read_column_map
from torget.payments.core.ledger import Account
from torget.payments.fees.models import FeeType

# Procountor takes a file without headings, separated by semicolons, as one voucher. Which columns a municipality has,
# in which order, is agreed with its accounting, so these are where it starts from.
_PROCOUNTOR = """Päivä = date
Tili = account
Selite = text
Summa = amount
ALV-koodi = vat_code
Kustannuspaikka = cost_centre
Viite = reference"""
# Headings as SAP's own fields are called in English; 40 and 50 are its keys of debit and credit in the general ledger.
_SAP = """Company Code = "1000"
Document Type = "SA"
Document Date = date
Posting Date = date
Reference = reference
Currency = currency
Posting Key = posting_key
G/L Account = account
Amount = absolute
Tax Code = vat_code
Cost Center = cost_centre
Text = text"""


class MayNotMap(Exception):
    """Only the municipality's own finance says how its files are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapTexts:
    """A column map as people write it; the fields of the row."""

    columns: str
    accounts: str
    detail: str
    row_text: str
    date_form: str
    decimal_mark: str
    separator: str
    encoding: str
    line_end: str
    has_headings: bool

    @classmethod
    def of(cls, row: ColumnMap) -> "ColumnMapTexts":
        return cls(**{name: getattr(row, name) for name in cls.__dataclass_fields__})

    def read(self) -> ColumnMapValue:
        """Raise BadColumnMap with everything that is wrong."""
        texts = asdict(self)
        return read_column_map(**{name: texts[name] for name in texts if name not in ("detail", "row_text")})


def _proposed_accounts() -> str:
    """Income by the ledger accounts that the fee types have; the rest is empty, because a guess would be booked."""
    ledger_accounts = FeeType.objects.order_by("ledger_account").values_list("ledger_account", flat=True).distinct()
    income = [f"{Account.income(account)} = {account}" for account in ledger_accounts]
    empty = [Account.PROVIDER, Account.UNREGISTERED, Account.BANK, "vat", "owed_to", Account.PROVIDER_FEES]
    return "\n".join([*(f"{account} =" for account in [*empty, Account.SUSPENSE]), *income])


def proposed_map(kind: ColumnMap.Kind) -> ColumnMapTexts:
    is_sap = kind == ColumnMap.Kind.SAP
    return ColumnMapTexts(
        columns=_SAP if is_sap else _PROCOUNTOR,
        accounts=_proposed_accounts(),
        detail=ColumnMap.Detail.MONTH,
        row_text="Torget {month} {account}",
        date_form="yyyymmdd" if is_sap else "d.m.yyyy",
        decimal_mark="comma",
        separator="semicolon",
        encoding="utf-8" if is_sap else "latin-1",
        line_end="crlf",
        has_headings=is_sap,
    )


def saved_maps(municipality: Municipality, kind: ColumnMap.Kind) -> list[ColumnMap]:
    """The newest first: it is the one that holds."""
    return list(ColumnMap.objects.filter(municipality=municipality, kind=kind).order_by("-id"))


def newest_map(municipality_id: int, kind: str) -> ColumnMap | None:
    return ColumnMap.objects.filter(municipality_id=municipality_id, kind=kind).order_by("-id").first()


def save_column_map(
    *, municipality: Municipality, kind: ColumnMap.Kind, texts: ColumnMapTexts, access: Access, at: datetime
) -> ColumnMap | None:
    """A new row; None when it says what the newest says already. Raise MayNotMap or BadColumnMap."""
    if municipality.pk not in access.finance:
        raise MayNotMap
    texts.read()
    newest = newest_map(municipality.pk, kind)
    if newest is not None and ColumnMapTexts.of(newest) == texts:
        return None
    saved = ColumnMap.objects.create(
        municipality=municipality, kind=kind, created_at=at, created_by=access.actor, **asdict(texts)
    )
    record(
        at=at,
        actor=access.actor,
        action="save column map",
        subject=f"column map:{saved.pk}",
        municipality_id=municipality.pk,
        detail={"kind": str(kind)},
    )
    return saved
