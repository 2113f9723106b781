"""The children of whoever is signed in, and what their cards owe: from the library system's word and from links."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from torget.payments.checkout.fees_now import AskedFees, FeesNow, ask_for_fees
from torget.payments.core.guardians import may_pay_for, without_titles
from torget.payments.core.ports import Guarantee, LibrarySystemError
from torget.payments.fees.deadline import ask
from torget.payments.fees.library_systems import library_system
from torget.payments.guardians.models import GuardianLink

GUARANTEES_SECONDS = 1.5
CHILD_SECONDS = 2.5
"""Together as long as a patron may wait for the library system (deadline.py)."""

Key = tuple[str, str]
"""A library system and a patron's reference in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianCard:
    patron_id: int
    library_system: str
    reference: str
    asked: AskedFees
    """The fees of the guardian's own card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildNow:
    library_system: str
    now: FeesNow
    """Without the titles of loans."""
    link: GuardianLink | None
    """None: the library system itself says who answers for the child."""

    @property
    def given_name(self) -> str:
        return self.now.account.patron.name.split(" ")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildrenNow:
    found: list[ChildNow]
    some_are_silent: bool
    """The library system did not say in time whose children they are, or what one of them owes."""


def read_children(cards: Sequence[GuardianCard], *, today: date) -> ChildrenNow:
    """Read anew each time, so that nobody pays by a link that has ended."""
    cards = [one for one in cards if one.asked.payable.configured.allows_guardians]
    if not cards:
        return ChildrenNow(found=[], some_are_silent=False)
    asked = [(one.library_system, ask(_guarantees_of(one), GUARANTEES_SECONDS)) for one in cards]
    links = GuardianLink.objects.filter(
        guardian_id__in=[one.patron_id for one in cards], ended_at__isnull=True, ends_on__gt=today
    ).select_related("child")
    linked: dict[Key, GuardianLink | None] = {(one.child.library_system, one.child.reference): one for one in links}
    some_are_silent = False
    for system, answer in asked:
        try:
            for one in answer():
                linked.setdefault((system, one.reference), None)
        except LibrarySystemError:
            some_are_silent = True
    own = {(one.library_system, one.reference) for one in cards}
    of_children = [
        (system, link, _ask_for_child(system, reference, link))
        for (system, reference), link in linked.items()
        if (system, reference) not in own
    ]
    found = []
    for system, link, fees in of_children:
        try:
            now = fees.answer()
        except LibrarySystemError:
            some_are_silent = True
            continue
        child = now.account.patron
        limit = now.payable.configured.guardian_age_limit(child.home_branch)
        if may_pay_for(child, age_limit=limit, today=today, has_agreed=link is not None):
            shown = replace(now, assessed=without_titles(now.assessed))
            found.append(ChildNow(library_system=system, now=shown, link=link))
    return ChildrenNow(found=sorted(found, key=lambda one: one.given_name), some_are_silent=some_are_silent)


def _guarantees_of(card: GuardianCard) -> Callable[[], tuple[Guarantee, ...]]:
    connector = library_system(card.library_system)
    return lambda: connector.guarantees(patron_reference=card.reference)


def _ask_for_child(system: str, reference: str, link: GuardianLink | None) -> AskedFees:
    return ask_for_fees(
        system=system,
        patron_reference=reference,
        card_number=link.card_number if link else "",
        seconds=CHILD_SECONDS,
    )
