"""The fees of all cards that are signed in, as one page shows them; each is known by its card and its reference."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language

from torget.foundation.audit.record import record
from torget.foundation.core.money import Money
from torget.foundation.design.page import PayeeGroup
from torget.payments.checkout.fees_now import FeesNow, ask_for_fees
from torget.payments.checkout.start import ChosenOnCard, FeesChanged, NothingChosen, choose_fees, merchants_of
from torget.payments.core.fees import AssessedFee
from torget.payments.core.ports import LibrarySystemError, LibrarySystemUnavailable
from torget.payments.guardians.children import ChildNow, GuardianCard, read_children
from torget.payments.guardians.models import GuardianLink
from torget.payments.web.patron.cards import card_label, masked
from torget.payments.web.patron.fee_list import FeeList, build_fee_list
from torget.payments.web.patron_session import signed_in_cards

_OF_CARD = re.compile(r"(card[2-9]|child[0-9a-f]{12})~(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardNow:
    library_system: str
    key: str
    """Of the card on the page; empty for the first one."""
    label: str
    """Empty when there is but one card."""
    now: FeesNow | None
    """None: its library system gives no answer just now."""
    payers: frozenset[int]
    """The patrons who are signed in."""
    is_childs: bool = False

    def id_of(self, reference: str) -> str:
        """The fee's name on the page; the first card's are the library system's own."""
        return f"{self.key}~{reference}" if self.key else reference

    @property
    def free(self) -> dict[str, Money]:
        free = self.now.free if self.now else {}
        return {self.id_of(reference): amount for reference, amount in free.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenNow:
    of: CardNow
    now: FeesNow
    fees: list[AssessedFee]

    def as_chosen(self) -> ChosenOnCard:
        return ChosenOnCard(
            library_system=self.of.library_system,
            patron=self.now.account.patron,
            fees=self.fees,
            is_anothers=self.of.is_childs,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChild:
    label: str
    link: GuardianLink | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardsNow:
    cards: list[CardNow]
    """Those that are signed in, then the children's."""
    children: list[ShownChild]
    children_are_silent: bool


def read_cards(request: HttpRequest) -> CardsNow:
    """All are asked at once. Raise LibrarySystemError when no card that is signed in gives an answer."""
    signed_in = signed_in_cards(request)
    asked = [
        ask_for_fees(system=one.library_system, patron_reference=one.reference, card_number=one.card_number)
        for one in signed_in
    ]
    children = read_children(
        [
            GuardianCard(
                patron_id=one.patron_id, library_system=one.library_system, reference=one.reference, asked=fees
            )
            for one, fees in zip(signed_in, asked, strict=True)
        ],
        today=timezone.localdate(),
    )
    for one in children.found:
        _note_child(one, guardian_id=signed_in[0].patron_id)
    payers = frozenset(one.patron_id for one in signed_in)
    has_several = len(signed_in) > 1 or bool(children.found)
    found = [
        CardNow(
            library_system=one.library_system,
            key=f"card{number}" if number > 1 else "",
            label=card_label(one) if has_several else "",
            now=_answer(fees.answer),
            payers=payers,
        )
        for number, (one, fees) in enumerate(zip(signed_in, asked, strict=True), 1)
    ]
    if all(one.now is None for one in found):
        raise LibrarySystemUnavailable("no library system answers")
    return CardsNow(
        cards=[*found, *(_of_child(one, payers) for one in children.found)],
        children=[ShownChild(label=_child_label(one), link=one.link) for one in children.found],
        children_are_silent=children.some_are_silent,
    )


def _note_child(child: ChildNow, *, guardian_id: int) -> None:
    """A guardian reads another's data: who is no patron of ours yet is named as the library system does."""
    known = child.link.child_id if child.link else f"{child.library_system}:{child.now.account.patron.reference}"
    record(at=timezone.now(), actor=f"patron:{guardian_id}", action="read a child's fees", subject=f"patron:{known}")


def _child_label(child: ChildNow) -> str:
    return f"{child.given_name} {masked(child.now.account.patron.card_number)}".strip()


def _of_child(child: ChildNow, payers: frozenset[int]) -> CardNow:
    """Its place on the page may change until it is paid, so the card is known by what it is and not by a number."""
    patron = child.now.account.patron
    key = salted_hmac("torget.child", f"{child.library_system} {patron.reference}").hexdigest()[:12]
    return CardNow(
        library_system=child.library_system,
        key=f"child{key}",
        label=_child_label(child),
        now=child.now,
        payers=payers,
        is_childs=True,
    )


def _answer(answer: Callable[[], FeesNow]) -> FeesNow | None:
    try:
        return answer()
    except LibrarySystemError:
        return None


def parts_of(name: str) -> tuple[str, str]:
    """The card's key and the reference of a fee as the page names it."""
    found = _OF_CARD.fullmatch(name)
    return (found[1], found[2]) if found else ("", name)


def wholly(cards: Sequence[CardNow], wanted: Iterable[str]) -> list[str]:
    """What was ticked; of a card whose system settles what it likes, all that can be paid, once any of it is wanted."""
    by_card: dict[str, list[str]] = {one.key: [] for one in cards}
    for name in wanted:
        by_card.setdefault(parts_of(name)[0], []).append(name)
    for one in cards:
        if one.now and not one.now.can_choose and (by_card[one.key] or len(cards) == 1):
            by_card[one.key] = list(one.free)
    return [name for names in by_card.values() for name in names]


def choose_on_cards(cards: Iterable[CardNow], expected: Mapping[str, Money], *, strict: bool) -> list[ChosenNow]:
    """The chosen fees card by card, if each stands as the patron saw it. Raise NothingChosen or FeesChanged.

    `strict`: what is chosen must be all that can be paid on a card whose system settles what it likes.
    """
    chosen, left = [], dict(expected)
    for card in cards:
        own = {reference: left.pop(name) for name in list(left) if (reference := _own(card, name)) is not None}
        if not own or card.now is None:
            continue
        if strict:
            card.now.check_choice(own)
        chosen.append(ChosenNow(of=card, now=card.now, fees=choose_fees(card.now.assessed, own)))
    if left:
        raise FeesChanged
    if not chosen:
        raise NothingChosen
    return chosen


def _own(card: CardNow, name: str) -> str | None:
    key, reference = parts_of(name)
    return reference if key == card.key else None


def count_payments(chosen: Sequence[ChosenNow]) -> list[str]:
    """The provider of each payment that these become."""
    fees = (fee for one in chosen for fee in one.fees)
    return [merchant.provider for merchant in merchants_of(fees, chosen[0].now.payable.merchants)]


def list_fees(cards: Iterable[CardNow], chosen: set[str] | None) -> FeeList:
    """One list for the page; where there are several cards, each group says of which it is."""
    lists = [_list_of(card, card.now, chosen) for card in cards if card.now is not None]
    return FeeList(
        groups=[group for one in lists for group in one.groups],
        total=sum((one.total for one in lists), Money(0)),
        count=sum(one.count for one in lists),
        has_payable=any(one.has_payable for one in lists),
    )


def fee_list_of(
    now: FeesNow, assessed: Iterable[AssessedFee], chosen: set[str] | None, payers: frozenset[int] | None = None
) -> FeeList:
    """These fees of one card; `chosen` are references, None ticks all that can be paid."""
    return build_fee_list(
        assessed,
        texts=now.payable.configured.texts,
        municipalities=now.payable.configured.municipalities,
        held=now.payable.held,
        time_to_pay=now.payable.time_to_pay,
        chosen=chosen,
        language=get_language() or "fi",
        payers=payers,
    )


def _list_of(card: CardNow, now: FeesNow, chosen: set[str] | None) -> FeeList:
    wanted = None
    if chosen is not None and now.can_choose:
        wanted = {reference for name in chosen if (reference := _own(card, name)) is not None}
    listed = fee_list_of(now, now.assessed, wanted, card.payers)
    if not card.label:
        return listed
    return replace(listed, groups=[_named(card, group) for group in listed.groups])


def _named(card: CardNow, group: PayeeGroup) -> PayeeGroup:
    """A question about a fee begins with the card of the sign-in, so the other cards' fees lead to none."""
    lines = group.lines
    if card.key:
        lines = [replace(line, id=card.id_of(line.id), question_url="") for line in lines]
    return replace(group, id=f"{group.id}-{card.key or 'own'}", name=f"{group.name} · {card.label}", lines=lines)
