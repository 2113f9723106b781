"""A month in words and figures: the same tables for the page, the PDF and the spreadsheet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.money import Money, total
from torget.payments.closing.look import SeenMonth
from torget.payments.closing.words import account_words, fee_type_words, rate_text
from torget.payments.core.fixed_shares import SharedIncome
from torget.payments.core.ledger import Account
from torget.payments.core.month_book import TaxedLine

Cell = str | int | Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One table. `name` fits on the tab of a spreadsheet."""

    name: str
    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    about: str = ""
    last: Sequence[Cell] = field(default_factory=tuple)
    """The row that sums up the others, if there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    title: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]


def _figures(seen: SeenMonth) -> Section:
    book = seen.book
    rows: list[tuple[str, Money]] = [
        (_("Paid by patrons"), book.paid),
        (_("Refunds"), -book.refunds),
        (_("Fees of the payment service"), -book.provider_fees),
        (_("Paid out to the municipality's account"), -book.paid_out),
        (_("At the end: owed by the payment service"), book.closing_of(Account.PROVIDER)),
        (_("At the end: paid, not yet in the library system"), -book.closing_of(Account.UNREGISTERED)),
        (_("At the end: owed to other municipalities"), -book.closing_of("owed_to")),
        (_("At the end: unexplained"), -book.closing_of(Account.SUSPENSE)),
    ]
    return Section(
        name=_("Figures"),
        caption=_("The month in figures"),
        headings=[_("What"), _("Amount")],
        rows=rows,
    )


def _taxed_total(lines: Sequence[TaxedLine], *, blanks: int) -> list[Cell]:
    sums = (total([one.net for one in lines]), total([one.vat for one in lines]), total([one.gross for one in lines]))
    return [_("In all"), *[""] * blanks, *sums]


def _income(seen: SeenMonth, lines: Sequence[TaxedLine], language: str, *, name: str, caption: str) -> Section:
    return Section(
        name=name,
        caption=caption,
        headings=[
            _("Fee type"),
            _("Account"),
            _("VAT rate"),
            _("Without VAT"),
            pgettext("amount", "VAT"),
            _("With VAT"),
        ],
        rows=[
            [
                fee_type_words(seen.fee_types, one.name, language),
                one.name,
                rate_text(one.vat_permille),
                one.net,
                one.vat,
                one.gross,
            ]
            for one in lines
        ],
        last=_taxed_total(lines, blanks=2),
    )


def _vat_return(lines: Sequence[TaxedLine]) -> Section:
    return Section(
        name=_("VAT return"),
        caption=_("Basis of the VAT return"),
        about=_(
            "By rate, refunds taken off. Fees with fixed shares are in it whole: who takes the fee in has sold it."
        ),
        headings=[_("VAT rate"), _("Without VAT"), pgettext("amount", "VAT"), _("With VAT")],
        rows=[[rate_text(one.vat_permille), one.net, one.vat, one.gross] for one in lines],
        last=_taxed_total(lines, blanks=0),
    )


def cents_text(cents: Fraction) -> str:
    """A part of a cent as people write it, with its sign: '+0,33'."""
    return f"{float(cents):+.2f}".replace(".", ",").replace("-", "\u2212")


def member_names(language: str) -> dict[str, str]:
    """By slug, in the order of the language's alphabet."""
    found = sorted(Municipality.objects.all(), key=lambda one: one.sort_key(language))
    return {one.slug: one.name(language) for one in found}


def in_order(slugs: Iterable[str], members: Mapping[str, str]) -> list[str]:
    """Those that nobody knows come last."""
    places = {slug: place for place, slug in enumerate(members)}
    return sorted(slugs, key=lambda slug: (places.get(slug, len(places)), slug))


def _shared(one: SharedIncome, number: int, members: Mapping[str, str], fees: str) -> Section:
    parts = {part.member: part for part in one.parts}
    rounding = sum((part.rounding_cents for part in one.parts), Fraction(0))
    return Section(
        name=_("Shares %(number)d") % {"number": number},
        caption=_("Fixed shares: %(fees)s, account %(account)s") % {"fees": fees, "account": one.ledger_account},
        about=ngettext(
            "%(count)d fee was split. Each part is rounded down to whole cents; what is left goes cent by cent to the "
            "largest remainders. Over all members the rounding sums to zero.",
            "%(count)d fees were split one by one. Each part is rounded down to whole cents; what is left goes "
            "cent by cent to the largest remainders. Over all members the rounding sums to zero.",
            one.count,
        )
        % {"count": one.count},
        headings=[_("Municipality"), _("Key"), _("Share"), _("Rounding, cents")],
        rows=[
            [members.get(slug, slug), parts[slug].weight, parts[slug].booked, cents_text(parts[slug].rounding_cents)]
            for slug in in_order(parts, members)
        ],
        last=[_("In all"), sum(one.shares.values()), one.net, cents_text(rounding)],
    )


def _members(seen: SeenMonth, members: Mapping[str, str]) -> Section:
    owed = seen.book.owed_to_members()
    return Section(
        name=_("Other municipalities"),
        caption=_("Shares of other municipalities, refunds taken off"),
        headings=[_("Municipality"), _("Added this month")],
        rows=[[members.get(slug, slug), owed[slug]] for slug in in_order(owed, members)],
        last=[_("In all"), total(list(owed.values()))],
    )


def _accounts(seen: SeenMonth, members: Mapping[str, str]) -> Section:
    lines = seen.book.accounts()
    return Section(
        name=_("Accounts"),
        caption=_("All accounts"),
        about=_("Debit is positive, credit negative; both sides are equal, so the balances sum to zero."),
        headings=[_("Account"), _("At the start"), _("Debit"), _("Credit"), _("At the end")],
        rows=[[account_words(one.account, members), one.opening, one.debit, one.credit, one.closing] for one in lines],
        last=[
            _("In all"),
            total([one.opening for one in lines]),
            total([one.debit for one in lines]),
            total([one.credit for one in lines]),
            total([one.closing for one in lines]),
        ],
    )


def _facts(seen: SeenMonth, language: str) -> list[tuple[str, str]]:
    municipality = seen.municipality
    facts = [
        (_("Municipality"), f"{municipality.name(language)}, {municipality.business_id}"),
        (_("Month"), month_text(str(seen.month))),
    ]
    if seen.closed is not None:
        at = timezone.localtime(seen.closed.closed_at)
        facts += [
            (pgettext("month", "Closed"), f"{at.day}.{at.month}.{at.year} {at:%H:%M}"),
            (_("Entries"), str(seen.closed.entry_count)),
            (_("Late corrections of earlier months"), str(seen.late_count)),
            (_("Checksum"), seen.closed.checksum),
        ]
        if seen.closed.note:
            facts.append((_("Note"), seen.closed.note))
    return facts


def month_text(month: str) -> str:
    """'10/2026', the way Finland writes a month in figures."""
    year, _dash, number = month.partition("-")
    return f"{int(number)}/{year}"


def month_report(seen: SeenMonth, language: str) -> Report:
    """The active translation must be that of the language. Sections without rows are left out."""
    members = member_names(language)
    shared = [
        _shared(one, number, members, fee_type_words(seen.fee_types, one.ledger_account, language))
        for number, one in enumerate(seen.shared, 1)
    ]
    sections = [
        _figures(seen),
        _income(seen, seen.book.income(), language, name=_("Income"), caption=_("Income by fee type and VAT")),
        _income(
            seen,
            seen.book.income_refunded(),
            language,
            name=_("Refunded income"),
            caption=_("Refunds by fee type and VAT"),
        ),
        _vat_return(seen.book.by_rate()),
        *shared,
        _members(seen, members),
        _accounts(seen, members),
    ]
    return Report(
        title=_("%(municipality)s, books of %(month)s")
        % {"municipality": seen.municipality.name(language), "month": month_text(str(seen.month))},
        facts=_facts(seen, language),
        sections=[section for section in sections if section.rows],
    )
