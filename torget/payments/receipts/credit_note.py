"""A credit note: the document of a refund, which names the receipt it amends, as the VAT Act (209 e §) asks of one."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from torget.foundation.core.money import ZERO, Money
from torget.foundation.design.templatetags.torget_format import day_text, euros
from torget.payments.checkout.models import PaymentLine, Refund
from torget.payments.core.posting_rules import vat_of
from torget.payments.receipts.build import (
    NoReceipt,
    ReceiptLine,
    ReceiptPayee,
    VatRow,
    issuer_of,
    names_of_fees,
    receipt_with_all_around,
)
from torget.payments.receipts.words import (
    ReceiptDocument,
    Row,
    credit_note_number,
    group_reference,
    method_name,
    payee_words,
    vat_table,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNote:
    number: str
    issued_at: datetime
    document: ReceiptDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class _CreditedLine:
    line: PaymentLine
    cents: int
    before: int
    """What went back of the line by earlier credit notes."""

    @property
    def vat(self) -> Money:
        """The cents of all credit notes of a line sum to the VAT of the line, as in the books."""
        rate = self.line.vat_permille
        return vat_of(Money(self.before + self.cents), rate) - vat_of(Money(self.before), rate)


def _credited_lines(refund: Refund) -> list[_CreditedLine]:
    before: dict[int, int] = defaultdict(int)
    earlier = Refund.objects.filter(payment_id=refund.payment_id, credit_note__lt=refund.credit_note)
    for lines in earlier.values_list("lines", flat=True):
        for position, cents in lines.items():
            before[int(position)] += cents
    rows = PaymentLine.objects.filter(payment_id=refund.payment_id, position__in=refund.lines)
    return [
        _CreditedLine(line=line, cents=refund.lines[str(line.position)], before=before[line.position])
        for line in rows.select_related("payee").order_by("position")
    ]


def _vat_rows(lines: list[_CreditedLine]) -> tuple[VatRow, ...]:
    gross: dict[int, int] = defaultdict(int)
    vat: dict[int, int] = defaultdict(int)
    for one in lines:
        gross[one.line.vat_permille] -= one.cents
        vat[one.line.vat_permille] -= one.vat.cents
    return tuple(
        VatRow(permille=rate, net=Money(gross[rate] - vat[rate]), vat=Money(vat[rate]), gross=Money(gross[rate]))
        for rate in sorted(gross, reverse=True)
    )


def _payees(lines: list[_CreditedLine], language: str, *, with_titles: bool) -> tuple[ReceiptPayee, ...]:
    names = names_of_fees([one.line for one in lines], language)
    groups: dict[int, list[_CreditedLine]] = defaultdict(list)
    for one in lines:
        groups[one.line.payee_id].append(one)
    ordered = sorted(groups.values(), key=lambda group: group[0].line.payee.sort_key(language))
    return tuple(
        ReceiptPayee(
            name=group[0].line.payee.name(language),
            business_id=group[0].line.payee.business_id,
            contact_email=group[0].line.payee.contact_email,
            contact_phone=group[0].line.payee.contact_phone,
            lines=tuple(
                ReceiptLine(
                    name=names[one.line.library_system, one.line.fee_kind],
                    title=one.line.title if with_titles else "",
                    due_date=None,
                    returned_on=None,
                    card_end=one.line.card_number[-4:],
                    amount=Money(-one.cents),
                    vat_permille=one.line.vat_permille,
                    refunded=ZERO,
                )
                for one in group
            ),
            subtotal=Money(-sum(one.cents for one in group)),
            vat=_vat_rows(group),
        )
        for group in ordered
    )


def build_credit_note(*, payment_id: int, number: int, language: str, with_titles: bool) -> CreditNote:
    """Raise NoReceipt when there is no such refund, or its money has not gone back."""
    receipt = receipt_with_all_around(payment_id)
    payment = receipt.payment
    refund = Refund.objects.filter(payment_id=payment_id, credit_note=number).first()
    if refund is None or refund.finished_at is None:
        raise NoReceipt(f"{payment_id}-{number}")
    lines = _credited_lines(refund)
    payees = _payees(lines, language, with_titles=with_titles)
    own_number = credit_note_number(payment.reference, number)
    issuer = issuer_of(payment, payees, language)
    with translation.override(language):
        rows = [
            Row(key=_("Credit note number"), value=own_number),
            Row(key=_("Date"), value=day_text(refund.finished_at)),
            Row(
                key=_("Amends the receipt"),
                value=_("%(number)s of %(date)s")
                % {"number": group_reference(payment.reference), "date": day_text(receipt.issued_at)},
            ),
            Row(key=_("Paid back to"), value=method_name(payment.method) if refund.provider_reference else ""),
            Row(key=_("Reference at the payment service"), value=refund.provider_reference),
        ]
        document = ReceiptDocument(
            language=language,
            title=_("Credit note %(number)s, %(issuer)s") % {"number": own_number, "issuer": issuer},
            heading=_("Credit note"),
            issuer=issuer,
            is_good=True,
            state=_("Refunded"),
            state_text=_("The money went back %(date)s.") % {"date": day_text(refund.finished_at)},
            loan_ban_text="",
            total_label=_("Credited in all"),
            total=euros(Money(-refund.amount_cents)),
            rows=tuple(row for row in rows if row.value),
            line_headings=(_("Fee"), _("VAT"), _("Amount")),
            subtotal_label=_("Total"),
            payees=tuple(
                replace(
                    payee_words(payee, language),
                    caption=_("Fees credited by %(payee)s") % {"payee": payee.name},
                )
                for payee in payees
            ),
            vat=vat_table(_vat_rows(lines), language, _("VAT, all payees")) if len(payees) > 1 else None,
            refunds_heading="",
            refunds=(),
            page_of=_("Page {page} of {pages}"),
        )
    return CreditNote(number=own_number, issued_at=refund.finished_at, document=document)
