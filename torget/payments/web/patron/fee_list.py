"""The patron's fees as the page shows them: grouped by payee, each with its reason, none without a word."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from torget.foundation.core.languages import in_language, sort_key
from torget.foundation.core.money import Money
from torget.foundation.design.page import FeeLine, PayeeGroup, Tag, TagColour
from torget.foundation.design.templatetags.torget_format import day_text
from torget.payments.checkout.held_fees import HeldFee
from torget.payments.core.fees import AssessedFee, NotPayable
from torget.payments.fees.policy import FeeTypeTexts, PayeeTexts
from torget.payments.web.other_parts import address

REASONS = {
    NotPayable.UNKNOWN_TYPE: gettext_lazy(
        "This kind of fee cannot be paid online yet. Pay it at your library, or ask the library about it."
    ),
    NotPayable.GROWING: gettext_lazy(
        "The fee still grows because the item has not been returned. Return the item first; then you can pay here."
    ),
    NotPayable.BARRED: gettext_lazy(
        "The library does not take this fee online, for example because the item is being looked for. Ask your library."
    ),
    NotPayable.NO_RULE: gettext_lazy(
        "The libraries have not agreed yet whose money this kind of fee is, so it cannot be paid online. "
        "Pay it at your library."
    ),
    NotPayable.UNKNOWN_BRANCH: gettext_lazy(
        "The fee is from a branch that this service does not know yet, so it cannot be paid online. "
        "Pay it at your library."
    ),
    NotPayable.PAYEE_UNKNOWN: gettext_lazy(
        "The library system does not say which municipality the fee belongs to, so it cannot be paid online. "
        "Pay it at your library."
    ),
    NotPayable.NO_MERCHANT: gettext_lazy("This municipality does not take online payments yet. Pay at the library."),
    NotPayable.ON_HOLD: gettext_lazy("You have asked about this fee. You need not pay it while the question is open."),
    NotPayable.IN_PAYMENT: gettext_lazy("You have started to pay this fee."),
    NotPayable.BEING_REGISTERED: gettext_lazy("Paid. The library is being told; you need not do anything."),
}

BY_ANOTHER = gettext_lazy("Somebody else has started to pay this fee. If they do not, you can pay it later.")

UNKNOWN_PAYEE = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeList:
    groups: list[PayeeGroup]
    total: Money
    count: int
    has_payable: bool


def _why(one: AssessedFee, texts: FeeTypeTexts | None, time_to_pay: date | None, language: str) -> str:
    """Why the fee arose: its kind, then the dates the library system gives; and until when it may be paid."""
    fee = one.fee
    parts = [in_language(texts.names, language) if texts else fee.description or _("Fee of the library")]
    if fee.due_date and fee.returned_on:
        parts.append(
            _("Due %(due)s, returned %(returned)s")
            % {"due": day_text(fee.due_date), "returned": day_text(fee.returned_on)}
        )
    elif fee.due_date:
        parts.append(_("Due %(due)s, not returned") % {"due": day_text(fee.due_date)})
    elif fee.incurred_on:
        parts.append(_("Dated %(date)s") % {"date": day_text(fee.incurred_on)})
    if fee.outstanding != fee.charged:
        parts.append(_("part of it is already paid"))
    if time_to_pay is not None:
        parts.append(_("You have been granted time to pay until %(day)s") % {"day": day_text(time_to_pay)})
    return ". ".join(parts) + "."


def _blocked_by_payment(held: HeldFee, payers: frozenset[int] | None) -> tuple[str, Tag, str]:
    if held.is_paid:
        return str(REASONS[NotPayable.BEING_REGISTERED]), Tag(text=_("Paid"), colour=TagColour.GREEN), ""
    tag = Tag(text=_("Payment under way"), colour=TagColour.BLUE)
    if payers is not None and held.payer_id not in payers:
        return str(BY_ANOTHER), tag, ""
    return str(REASONS[NotPayable.IN_PAYMENT]), tag, reverse("checkout", args=[held.checkout_token])


def _blocked(
    one: AssessedFee,
    texts: FeeTypeTexts | None,
    held: HeldFee | None,
    payers: frozenset[int] | None,
    language: str,
) -> tuple[str, Tag | None, str]:
    """Why it cannot be chosen, a tag that says it shortly, and where to go for it; all empty when it can."""
    if held is not None:
        return _blocked_by_payment(held, payers)
    if one.not_payable is None:
        return "", None, ""
    if one.not_payable is NotPayable.ON_HOLD:
        return str(REASONS[one.not_payable]), Tag(text=_("Question open"), colour=TagColour.BLUE), ""
    tag = Tag(text=_("Cannot be paid here"), colour=TagColour.YELLOW)
    if one.not_payable is NotPayable.TYPE_NOT_PAYABLE and texts:
        return in_language(texts.not_payable_reasons, language), tag, ""
    return str(REASONS[one.not_payable]), tag, ""


def build_fee_list(
    assessed: Iterable[AssessedFee],
    *,
    texts: Mapping[str, FeeTypeTexts],
    municipalities: Mapping[str, PayeeTexts],
    held: Mapping[str, HeldFee],
    time_to_pay: Mapping[str, date],
    chosen: set[str] | None,
    language: str,
    payers: frozenset[int] | None = None,
) -> FeeList:
    """`chosen`: references ticked on the page before; None ticks everything that can be paid.

    `payers`: the patrons whose page this is; a payment of others is not led to. None: whose it is does not matter.
    """
    lines: dict[str, list[FeeLine]] = {}
    for one in assessed:
        fee = one.fee
        its_texts = texts.get(fee.kind)
        reason, tag, url = _blocked(one, its_texts, held.get(fee.reference), payers, language)
        until = time_to_pay.get(fee.reference)
        if tag is None and until is not None:
            tag = Tag(text=_("Pay by %(day)s") % {"day": day_text(until)}, colour=TagColour.GREEN)
        line = FeeLine(
            id=fee.reference,
            title=fee.title or (in_language(its_texts.names, language) if its_texts else _("Fee of the library")),
            reason=_why(one, its_texts, until, language),
            amount=fee.outstanding,
            is_payable=not reason,
            is_selected=chosen is None or fee.reference in chosen,
            not_payable_reason=reason,
            tag=tag,
            payment_url=url,
            question_url=address("fee-question", fee.reference) if one.fee.reference not in held else "",
            explanation=in_language(its_texts.explanations, language) if its_texts else "",
        )
        lines.setdefault(one.payee.municipality if one.payee else UNKNOWN_PAYEE, []).append(line)
    groups = [
        PayeeGroup(
            id=slug,
            name=municipalities[slug].name(language) if slug in municipalities else _("Payee not known"),
            shield=municipalities[slug].theme.get("shield", "") if slug in municipalities else "",
            lines=group,
        )
        for slug, group in lines.items()
    ]
    groups.sort(key=lambda group: (group.id == UNKNOWN_PAYEE, not group.has_payable, sort_key(group.name)))
    return FeeList(
        groups=groups,
        total=sum((group.selected_total for group in groups), Money(0)),
        count=sum(len(group.selected_lines) for group in groups),
        has_payable=any(group.has_payable for group in groups),
    )
