"""What the members of a cooperation owe each other for a month, because one takes in what belongs to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from torget.foundation.cooperations.models import Cooperation, Membership
from torget.foundation.core.money import Money, total
from torget.foundation.core.tables import Table, csv_bytes, xlsx_bytes
from torget.payments.checkout.models import MerchantAccount
from torget.payments.closing.files import FileKind, section_table
from torget.payments.closing.look import SeenMonth, look_at_month
from torget.payments.closing.pdf import report_pdf
from torget.payments.closing.report import Report, Section, in_order, member_names, month_text
from torget.payments.core.fixed_shares import Debt, set_off
from torget.payments.core.ledger import Account
from torget.payments.core.months import Month

CSV_HEADINGS = ("cooperation", "month", "part", "from", "to", "amount", "is_closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """The month in the books of every member, and the debts that are left when both directions are set off."""

    cooperation: Cooperation
    month: Month
    seen: Sequence[SeenMonth]
    debts: Sequence[Debt]
    has_aggregate: bool
    """Some members are paid through one account of the cooperation."""

    @property
    def open_members(self) -> list[str]:
        """Slugs of those whose figures may still change."""
        return [one.municipality.slug for one in self.seen if one.closed is None]

    def taken_in(self) -> list[tuple[str, str, Money, bool]]:
        """Who took in, for whom, how much, and whether that month is closed; refunds taken off."""
        return [
            (one.municipality.slug, member, amount, one.closed is not None)
            for one in self.seen
            for member, amount in one.book.owed_to_members().items()
            if amount
        ]

    def at_provider(self) -> dict[str, Money]:
        """What the payment service owes each member at the end; less than nothing is money of others."""
        return {one.municipality.slug: one.book.closing_of(Account.PROVIDER) for one in self.seen}


def between_members(cooperation: Cooperation, month: Month) -> Between:
    members = Membership.objects.filter(cooperation=cooperation).select_related("municipality").order_by("pk")
    seen = [look_at_month(one.municipality, month) for one in members]
    owed = (
        (one.municipality.slug, member, amount.cents)
        for one in seen
        for member, amount in one.book.owed_to_members().items()
    )
    return Between(
        cooperation=cooperation,
        month=month,
        seen=seen,
        debts=set_off(owed),
        has_aggregate=MerchantAccount.objects.filter(cooperation=cooperation).exists(),
    )


def _debts(found: Between, members: Mapping[str, str]) -> Section:
    places = in_order({slug for one in found.debts for slug in (one.debtor, one.creditor)}, members)
    ordered = sorted(found.debts, key=lambda one: (places.index(one.debtor), places.index(one.creditor)))
    return Section(
        name=_("To pay"),
        caption=_("Who pays whom"),
        about=_(
            "What each took in for the other is set off, so that one payment is left for each pair. Amounts are "
            "without VAT, which stays with who sold."
        ),
        headings=[_("Payer"), _("Receiver"), _("Amount")],
        rows=[
            [members.get(one.debtor, one.debtor), members.get(one.creditor, one.creditor), one.amount]
            for one in ordered
        ],
        last=[_("In all"), "", total([one.amount for one in ordered])],
    )


def _taken_in(found: Between, members: Mapping[str, str]) -> Section:
    places = {slug: place for place, slug in enumerate(in_order({*members}, members))}
    rows = sorted(found.taken_in(), key=lambda row: (places.get(row[0], 0), places.get(row[1], 0)))
    return Section(
        name=_("Taken in"),
        caption=_("Taken in for others, by the books"),
        about=_("By fixed shares of the fees that were registered in the month, refunds taken off."),
        headings=[_("Taken in by"), _("Belongs to"), pgettext("month", "Books"), _("Amount")],
        rows=[
            [
                members.get(by, by),
                members.get(member, member),
                pgettext("month", "Closed") if is_closed else pgettext("month", "Open"),
                amount,
            ]
            for by, member, amount, is_closed in rows
        ],
        last=[_("In all"), "", "", total([amount for _by, _member, amount, _closed in rows])],
    )


def _common_account(found: Between, members: Mapping[str, str]) -> Section:
    balances = found.at_provider()
    return Section(
        name=_("Common account"),
        caption=_("What the payment service owes each at the end of the month"),
        about=_(
            "Some members are paid through one account of the cooperation. Where less than nothing is owed, money of "
            "others was paid out there and is to be passed on; otherwise each has its own."
        ),
        headings=[_("Municipality"), _("Amount")],
        rows=[[members.get(slug, slug), balances[slug]] for slug in in_order(balances, members)],
        last=[_("In all"), total(list(balances.values()))],
    )


def between_report(found: Between, language: str) -> Report:
    """The active translation must be that of the language. Sections without rows are left out."""
    members = member_names(language)
    facts = [(_("Cooperation"), found.cooperation.name(language)), (_("Month"), month_text(str(found.month)))]
    if found.open_members:
        names = ", ".join(members[slug] for slug in in_order(found.open_members, members))
        facts.append((_("Not closed yet, so figures may change"), names))
    sections = [_debts(found, members), _taken_in(found, members)]
    if found.has_aggregate and any(found.at_provider().values()):
        sections.append(_common_account(found, members))
    return Report(
        title=_("%(cooperation)s, between municipalities %(month)s")
        % {"cooperation": found.cooperation.name(language), "month": month_text(str(found.month))},
        facts=facts,
        sections=[section for section in sections if section.rows],
    )


def _csv(found: Between) -> bytes:
    def row(part: str, by: str, to: str, amount: Money, is_closed: bool) -> list[str | Money]:
        return [found.cooperation.slug, str(found.month), part, by, to, amount, "yes" if is_closed else "no"]

    open_members = set(found.open_members)
    rows = [
        row("to_pay", one.debtor, one.creditor, one.amount, not open_members & {one.debtor, one.creditor})
        for one in found.debts
    ]
    rows += [row("taken_in", *one) for one in sorted(found.taken_in(), key=lambda one: one[:2])]
    rows += [
        row("at_provider", "", slug, amount, slug not in open_members)
        for slug, amount in sorted(found.at_provider().items())
        if found.has_aggregate
    ]
    return csv_bytes(Table(name=f"{found.cooperation.slug} {found.month}", headings=CSV_HEADINGS, rows=rows))


def between_file(found: Between, kind: FileKind, language: str) -> bytes:
    """As the books are now; the same books give the same bytes, for its time is the end of the month."""
    if kind is FileKind.CSV:
        return _csv(found)
    with translation.override(language):
        report = between_report(found, language)
        if kind is FileKind.PDF:
            return report_pdf(report, language=language, at=found.month.ends_at)
        facts = Table(name=_("Month"), headings=[report.title, ""], rows=report.facts)
        return xlsx_bytes([facts, *map(section_table, report.sections)], at=found.month.ends_at)
