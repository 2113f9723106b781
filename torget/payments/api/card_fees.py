"""The fees of a card for a client that has let its owner in: those of the client's municipalities, and no others."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Branch, Cooperation, Municipality
from torget.payments.api.caller import Caller
from torget.payments.checkout.fees_now import FeesNow, read_fees_now
from torget.payments.core.fees import AssessedFee
from torget.payments.core.ports import PatronNotFound
from torget.payments.fees.find_patron import find_patron
from torget.payments.fees.sign_in import SignedIn


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFees:
    system: str
    patron: SignedIn
    now: FeesNow
    """All of it, which the client need not know."""
    visible: list[AssessedFee]

    @property
    def must_pay_all(self) -> bool:
        return not self.now.can_choose


def system_named(name: str) -> str:
    """The library system that a request names, else the only one. Raise PatronNotFound for one we do not know."""
    if name:
        if name not in settings.LIBRARY_SYSTEMS:
            raise PatronNotFound
        return name
    cooperation = Cooperation.objects.filter(service=Cooperation.Service.LIBRARY_PAYMENTS).order_by("id").first()
    if cooperation is None:
        raise PatronNotFound
    return cooperation.library_system


def read_card_fees(*, caller: Caller, system: str, card_number: str, language: str, at: datetime) -> CardFees:
    """Raise PatronNotFound or LibrarySystemError. Each look at somebody's card is audited."""
    named = system_named(system)
    patron = find_patron(system=named, card_number=card_number, language=language, now=at)
    record(at=at, actor=caller.actor, action="read fees", subject=f"patron:{patron.patron_id}")
    now = read_fees_now(
        system=named, patron_reference=patron.identity.reference, card_number=patron.identity.card_number
    )
    within = set(Municipality.objects.filter(pk__in=caller.municipality_ids).values_list("slug", flat=True))
    is_own = _is_home_within(now, caller)
    visible = [one for one in now.assessed if _may_see(one, within, is_own=is_own)]
    return CardFees(system=named, patron=patron, now=now, visible=visible)


def _may_see(one: AssessedFee, within: set[str], *, is_own: bool) -> bool:
    """A fee of nobody known is told to who serves the patron's home library."""
    return one.payee.municipality in within if one.payee else is_own


def _is_home_within(now: FeesNow, caller: Caller) -> bool:
    branch = now.account.patron.home_branch
    return Branch.objects.filter(code=branch or "", municipality__in=caller.municipality_ids).exists()
