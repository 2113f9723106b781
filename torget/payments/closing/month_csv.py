"""The documented CSV of a month (docs/how-to/close-a-month.md): fixed headings, no language, one row a figure."""

from torget.foundation.core.money import Money
from torget.foundation.core.tables import Cell, Table
from torget.payments.closing.look import SeenMonth
from torget.payments.core.ledger import Account, read_account
from torget.payments.core.month_book import TaxedLine

HEADINGS = (
    *("municipality", "municipality_number", "month", "part", "item", "ledger_account", "vat_percent"),
    *("net", "vat", "gross", "opening", "debit", "credit", "closing", "checksum"),
)
_FIGURES = HEADINGS.index("net"), HEADINGS.index("checksum")


def _row(
    seen: SeenMonth, part: str, item: str, account: str = "", permille: int | None = None, **figures: Money
) -> list[Cell]:
    rate = "" if permille is None else f"{permille / 10:g}".replace(".", ",")
    checksum = seen.closed.checksum if seen.closed else ""
    first, last = _FIGURES
    values = [figures.get(name) for name in HEADINGS[first:last]]
    known: list[Cell] = [seen.municipality.slug, seen.municipality.number, str(seen.month), part, item, account, rate]
    return [*known, *values, checksum]


def _taxed(seen: SeenMonth, part: str, lines: list[TaxedLine]) -> list[list[Cell]]:
    return [
        _row(seen, part, "", one.name, one.vat_permille, net=one.net, vat=one.vat, gross=one.gross) for one in lines
    ]


def month_table(seen: SeenMonth) -> Table:
    book = seen.book
    figures = {
        "paid": book.paid,
        "refunds": book.refunds,
        "provider_fees": book.provider_fees,
        "paid_out": book.paid_out,
        "open_at_provider": book.closing_of(Account.PROVIDER),
        "open_unregistered": -book.closing_of(Account.UNREGISTERED),
        "open_to_members": -book.closing_of("owed_to"),
        "open_unexplained": -book.closing_of(Account.SUSPENSE),
    }
    rows = [_row(seen, "figure", name, gross=amount) for name, amount in figures.items()]
    rows += _taxed(seen, "income", book.income())
    rows += _taxed(seen, "refund", book.income_refunded())
    rows += _taxed(seen, "vat_return", book.by_rate())
    rows += [_row(seen, "member", slug, gross=amount) for slug, amount in book.owed_to_members().items()]
    for line in book.accounts():
        parts = read_account(line.account)
        is_taxed = parts.kind in ("income", "vat", "owed_to")
        rows.append(
            _row(
                seen,
                "account",
                line.account,
                parts.name if parts.kind in ("income", "vat") else "",
                parts.vat_permille if is_taxed else None,
                opening=line.opening,
                debit=line.debit,
                credit=line.credit,
                closing=line.closing,
            )
        )
    rows += [
        _row(seen, f"entry_{one.kind}", one.account, debit=Money(one.debit_cents), credit=Money(one.credit_cents))
        for one in sorted(book.sums, key=lambda one: (one.kind, one.account))
    ]
    return Table(name=f"{seen.municipality.slug} {seen.month}", headings=HEADINGS, rows=rows)
