"""What the library system really returns: its branches and kinds of fee, and a sample of real open fees.

Of the sample only codes and counts are kept: no card, no name, no title, no amount.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from torget.foundation.people.access import Access
from torget.onboarding.draft import change_draft
from torget.onboarding.models import Draft
from torget.payments.core.cards import FindsPatrons
from torget.payments.core.library_listing import ListsBranches, ListsFeeKinds
from torget.payments.core.ports import AccountSnapshot, LibrarySystem, PatronNotFound
from torget.payments.fees.deadline import answer_in_time
from torget.payments.fees.library_systems import library_system

CARDS_MAX = 20
_SECONDS_MAX = 20.0


class CannotSample(Exception):
    """The library system tells nothing of a card without its PIN."""


def look_at_library(*, draft: Draft, cards: Sequence[str], access: Access, at: datetime) -> list[str]:
    """Ask it all anew; the cards that it does not know. Raise LibrarySystemUnavailable, CannotSample, ChangedMeanwhile.

    What was seen before stays: a kind of fee that no card owes today comes back tomorrow.
    """
    connector = library_system(draft.cooperation.library_system)
    seen = dict(draft.seen)
    if isinstance(connector, ListsBranches):
        seen["branches"] = {one.code: one.name for one in answer_in_time(connector.branches)}
    if isinstance(connector, ListsFeeKinds):
        seen["kinds"] = {one.code: one.name for one in answer_in_time(connector.fee_kinds)}
    unknown: list[str] = []
    if cards:
        unknown = _sample(connector, cards[:CARDS_MAX], seen)
    seen["at"] = at.isoformat()
    change_draft(draft=draft, access=access, at=at, action="look at library system", seen=seen)
    return unknown


def _sample(connector: LibrarySystem, cards: Sequence[str], seen: dict[str, object]) -> list[str]:
    if not isinstance(connector, FindsPatrons):
        raise CannotSample
    finder: FindsPatrons = connector
    kinds, branches, unknown = Counter[str](), Counter[str](), []
    for card in cards:
        try:
            account = answer_in_time(partial(_account, connector, finder, card), _SECONDS_MAX)
        except PatronNotFound:
            unknown.append(card)
            continue
        kinds.update(fee.kind for fee in account.fees)
        branches.update(fee.fee_branch for fee in account.fees if fee.fee_branch)
    for name, counted in (("fee_kinds", kinds), ("fee_branches", branches)):
        before = seen.get(name)
        seen[name] = {**(before if isinstance(before, dict) else {}), **counted}
    return unknown


def _account(connector: LibrarySystem, finder: FindsPatrons, card: str) -> AccountSnapshot:
    patron = finder.find_patron(card_number=card)
    return connector.account(patron_reference=patron.reference, card_number=card)
