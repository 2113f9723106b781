"""The words of a receipt: every heading, row and sentence, final, for the page and for the PDF alike."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from torget.foundation.design.templatetags.torget_format import NO_BREAK_SPACE, day_text, euros
from torget.payments.checkout.providers import provider_title
from torget.payments.receipts.build import ReceiptLine, ReceiptPayee, ReceiptRefund, ReceiptState, ReceiptView, VatRow

_METHODS = {
    "applepay": "Apple Pay",
    "danskebank": "Danske Bank",
    "mobilepay": "MobilePay",
    "googlepay": "Google Pay",
    "op": "OP",
    "osuuspankki": "OP",
    "paypal": "PayPal",
    "pop": "POP Pankki",
    "saastopankki": "Säästöpankki",
    "spankki": "S-Pankki",
    "omasp": "OmaSp",
    "alandsbanken": "Ålandsbanken",
}
"""Names of their own that a capital first letter does not give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWords:
    name: str
    title: str
    notes: tuple[str, ...]
    vat: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VatWords:
    rate: str
    net: str
    vat: str
    gross: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VatTable:
    caption: str
    headings: tuple[str, str, str, str]
    rows: tuple[VatWords, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeWords:
    name: str
    business_id: str
    caption: str
    contact_heading: str
    contact_email: str
    contact_phone: str
    lines: tuple[LineWords, ...]
    subtotal: str
    vat: VatTable | None
    """None when nothing is subject to VAT; `vat_note` says so."""
    vat_note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundWords:
    amount: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDocument:
    language: str
    title: str
    heading: str
    issuer: str
    is_good: bool
    """Nothing more will happen to the payment."""
    state: str
    state_text: str
    loan_ban_text: str
    total_label: str
    total: str
    rows: tuple[Row, ...]
    line_headings: tuple[str, str, str]
    subtotal_label: str
    payees: tuple[PayeeWords, ...]
    vat: VatTable | None
    """All payees together, when there are several and some of it is subject to VAT."""
    refunds_heading: str
    refunds: tuple[RefundWords, ...]
    page_of: str
    """With {page} and {pages} in it."""


def group_reference(reference: str) -> str:
    """'12 34567': groups of five from the right, as bank references are printed."""
    head = len(reference) % 5
    groups = [reference[:head]] if head else []
    groups += [reference[start : start + 5] for start in range(head, len(reference), 5)]
    return NO_BREAK_SPACE.join(groups)


def credit_note_number(reference: str, number: int) -> str:
    """'12 34567-1': the receipt's number and the credit note's among those of the receipt, so that it names both."""
    return f"{group_reference(reference)}-{number}"


def percent(permille: int, language: str) -> str:
    """'25,5 %' in Swedish and Finnish, '25.5%' in English."""
    whole, tenth = divmod(permille, 10)
    number = f"{whole}.{tenth}" if tenth else str(whole)
    return f"{number}%" if language == "en" else f"{number.replace('.', ',')}{NO_BREAK_SPACE}%"


def moment_text(value: datetime, language: str) -> str:
    local = timezone.localtime(value)
    between, mark = {"sv": ("kl.", "."), "fi": ("klo", ".")}.get(language, ("at", ":"))
    return f"{day_text(local)} {between}{NO_BREAK_SPACE}{local.hour}{mark}{local.minute:02d}"


def method_name(code: str) -> str:
    """The provider's code as people know it; an unknown code is shown as it came, a bank card is translated."""
    plain = code.casefold().replace("-", "").replace("_", "").replace(" ", "")
    if plain in ("creditcard", "card", "cards"):
        return _("Payment card")
    return _METHODS.get(plain) or (code[:1].upper() + code[1:])


def _state(state: ReceiptState) -> tuple[str, str]:
    return {
        ReceiptState.REGISTERED: (_("Paid and registered"), _("The library has registered the payment.")),
        ReceiptState.BEING_REGISTERED: (
            _("Paid, being registered"),
            _("The money has been received. The library is told of the payment as soon as it can be reached."),
        ),
        ReceiptState.BEING_EXAMINED: (
            _("Paid, being checked"),
            _("The money has been received. A person at the library is checking the payment. Do not pay again."),
        ),
        ReceiptState.BEING_REFUNDED: (
            _("A refund is on its way"),
            _("Money is being returned to the account or card that you paid with."),
        ),
        ReceiptState.PARTLY_REFUNDED: (
            _("Partly refunded"),
            _("A part has been returned to the account or card that you paid with. The rest is registered."),
        ),
        ReceiptState.REFUNDED: (_("Refunded"), _("The whole payment has been returned.")),
    }[state]


def _line(line: ReceiptLine, language: str) -> LineWords:
    notes = []
    if line.card_end:
        notes.append(_("Card •••• %(digits)s") % {"digits": line.card_end})
    if line.due_date:
        notes.append(_("Due %(date)s") % {"date": day_text(line.due_date)})
    if line.returned_on:
        notes.append(_("Returned %(date)s") % {"date": day_text(line.returned_on)})
    if line.refunded:
        notes.append(_("Refunded %(amount)s") % {"amount": euros(line.refunded)})
    rate = percent(line.vat_permille, language) if line.vat_permille else "–"
    return LineWords(name=line.name, title=line.title, notes=tuple(notes), vat=rate, amount=euros(line.amount))


def vat_table(rows: tuple[VatRow, ...], language: str, caption: str) -> VatTable | None:
    if not any(row.permille for row in rows):
        return None
    return VatTable(
        caption=caption,
        headings=(_("VAT rate"), _("Without VAT"), _("VAT"), _("With VAT")),
        rows=tuple(
            VatWords(
                rate=percent(row.permille, language) if row.permille else _("Not subject to VAT"),
                net=euros(row.net),
                vat=euros(row.vat),
                gross=euros(row.gross),
            )
            for row in rows
        ),
    )


def payee_words(payee: ReceiptPayee, language: str) -> PayeeWords:
    table = vat_table(payee.vat, language, _("VAT, %(payee)s") % {"payee": payee.name})
    return PayeeWords(
        name=payee.name,
        business_id=_("Business ID %(number)s") % {"number": payee.business_id},
        caption=_("Fees paid to %(payee)s") % {"payee": payee.name},
        contact_heading=_("Questions about these fees"),
        contact_email=payee.contact_email,
        contact_phone=payee.contact_phone,
        lines=tuple(_line(line, language) for line in payee.lines),
        subtotal=euros(payee.subtotal),
        vat=table,
        vat_note="" if table else _("These fees are not subject to VAT."),
    )


def _rows(view: ReceiptView) -> tuple[Row, ...]:
    rows = [
        Row(key=_("Receipt number and bank reference"), value=group_reference(view.number)),
        Row(key=_("Paid"), value=moment_text(view.paid_at, view.language)),
        Row(key=_("Method of payment"), value=method_name(view.method)),
        Row(key=_("Payment service"), value=provider_title(view.provider)),
        Row(key=_("Reference at the payment service"), value=view.provider_reference),
        Row(key=_("Refunded so far"), value=euros(view.refunded) if view.refunded else ""),
    ]
    return tuple(row for row in rows if row.value)


def _refunds(view: ReceiptView) -> tuple[RefundWords, ...]:
    return tuple(
        RefundWords(
            amount=euros(refund.amount),
            text=_refund_text(refund, view.number),
        )
        for refund in view.refunds
    )


def _refund_text(refund: ReceiptRefund, reference: str) -> str:
    if refund.paid_at:
        text = _("Paid back %(date)s") % {"date": day_text(refund.paid_at)}
        if refund.credit_note is None:
            return text
        number = _("credit note %(number)s") % {"number": credit_note_number(reference, refund.credit_note)}
        return f"{text}, {number}"
    decided = {"date": day_text(refund.decided_at)}
    if refund.by_email:
        return _("Decided %(date)s. Answer the payment service's e-mail to say where the money is to go") % decided
    return _("Decided %(date)s, on its way") % decided


def receipt_document(view: ReceiptView) -> ReceiptDocument:
    """The whole receipt in the language of the view, whatever the language of the request is."""
    with translation.override(view.language):
        state, state_text = _state(view.state)
        return ReceiptDocument(
            language=view.language,
            title=_("Receipt %(number)s, %(issuer)s") % {"number": view.number, "issuer": view.issuer},
            heading=_("Receipt"),
            issuer=view.issuer,
            is_good=view.state in (ReceiptState.REGISTERED, ReceiptState.PARTLY_REFUNDED, ReceiptState.REFUNDED),
            state=state,
            state_text=state_text,
            loan_ban_text=_("You had a loan ban. It ends as soon as all the fees behind it are paid and registered.")
            if view.had_loan_ban
            else "",
            total_label=_("Total paid"),
            total=euros(view.total),
            rows=_rows(view),
            line_headings=(_("Fee"), _("VAT"), _("Amount")),
            subtotal_label=_("Total"),
            payees=tuple(payee_words(payee, view.language) for payee in view.payees),
            vat=vat_table(view.vat, view.language, _("VAT, all payees")) if len(view.payees) > 1 else None,
            refunds_heading=_("Refunds"),
            refunds=_refunds(view),
            page_of=_("Page {page} of {pages}"),
        )
