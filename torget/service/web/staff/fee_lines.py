"""The fees of the person behind a conversation, read from the library system while the agent looks."""

from dataclasses import dataclass, field

from django.utils.translation import get_language

from torget.foundation.core.languages import in_language
from torget.foundation.core.money import ZERO, Money
from torget.foundation.design.page import FeeLine, Tag
from torget.payments.checkout.payable import load_payable
from torget.payments.core.fees import assess_fee
from torget.payments.core.ports import LibrarySystemError
from torget.payments.fees.deadline import answer_in_time
from torget.payments.fees.library_systems import library_system
from torget.payments.web.patron.fee_list import build_fee_list
from torget.service.core.service_types import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherFee:
    kind: str
    """Its kind and not its title: what else somebody borrowed is not the agent's matter."""
    amount: Money
    tag: Tag | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeLines:
    asked: FeeLine | None = None
    """None when the fee is not on the account any more: paid, forgiven or gone."""
    others: list[OtherFee] = field(default_factory=list)
    total: Money = ZERO
    is_known: bool = True
    """False while the library system gives no answer."""


def read_fee_lines(subject: Subject) -> FeeLines | None:
    """None for a conversation that is not about fees."""
    if not subject.get("fee_reference"):
        return None
    system, patron = str(subject["library_system"]), str(subject["patron_reference"])
    try:
        connector = library_system(system)
        account = answer_in_time(
            lambda: connector.account(patron_reference=patron, card_number=str(subject.get("card_number", "")))
        )
    except LibrarySystemError:
        return FeeLines(is_known=False)
    payable = load_payable(library_system=system, patron_reference=patron)
    configured, language = payable.configured, get_language() or "fi"
    assessed = [
        assess_fee(fee, account.patron, configured.policy, on_hold=payable.on_hold)
        for fee in account.fees
        if fee.outstanding.cents > 0
    ]
    listed = build_fee_list(
        assessed,
        texts=configured.texts,
        municipalities=configured.municipalities,
        held=payable.held,
        time_to_pay=payable.time_to_pay,
        chosen=None,
        language=language,
    )
    lines = {line.id: line for group in listed.groups for line in group.lines}
    kinds = {one.fee.reference: one.fee.kind for one in assessed}
    asked = lines.pop(str(subject["fee_reference"]), None)
    return FeeLines(
        asked=asked,
        others=[
            OtherFee(
                kind=in_language(configured.texts[kinds[line.id]].names, language)
                if kinds[line.id] in configured.texts
                else kinds[line.id],
                amount=line.amount,
                tag=line.tag,
            )
            for line in lines.values()
        ],
        total=sum((one.fee.outstanding for one in assessed), ZERO),
    )
