"""Search for those who are to be reminded: everybody who owes, or the cards that staff brought.

A reminder that is due becomes a row, in a commit of its own; the sending is another work and asks everything again. A
trial goes the same way and writes nothing but its counts.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from torget.foundation.core.money import total
from torget.foundation.core.opaque import short_token
from torget.foundation.people.models import Patron
from torget.payments.checkout.fees_now import FeesNow, read_fees_now
from torget.payments.core.cards import FindsPatrons
from torget.payments.core.debtors import CannotListDebtors, ListsDebtors
from torget.payments.core.ports import LibrarySystemError, LibrarySystemUnavailable, PatronNotFound
from torget.payments.core.reminding import HeldBack, ReminderState
from torget.payments.fees.library_systems import library_system
from torget.payments.reminders.judge import Due, judge, language_of
from torget.payments.reminders.models import ListedCard, Reminder, ReminderFee, ReminderPolicy, ReminderRun
from torget.payments.reminders.policy import active_policies, terms_of

logger = logging.getLogger("torget.reminders")

DUE = "due"
NO_ANSWER = "no_answer"
TELL_EVERY = 10
UNANSWERED_MAX = 20
"""So many in a row without an answer, and the library system is down: tomorrow is another day."""

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Candidate:
    reference: str
    card_number: str
    listed: ListedCard | None = None


@dataclass(slots=True)
class _Counts:
    """{municipality id: {'due' or a reason: [patrons, cents]}}, as the run keeps them."""

    found: dict[str, dict[str, list[int]]] = field(default_factory=dict)

    def add(self, municipality_id: int, code: str, cents: int = 0) -> None:
        patrons, before = self.found.setdefault(str(municipality_id), {}).get(code, [0, 0])
        self.found[str(municipality_id)][code] = [patrons + 1, before + cents]


def search_all(*, clock: Clock) -> int:
    """Every library system, for all that have reminders on; how many runs that were."""
    if not active_policies():
        return 0
    for system in settings.LIBRARY_SYSTEMS:
        run = ReminderRun.objects.create(library_system=system, is_trial=False, started_by="worker", started_at=clock())
        search(run_id=run.pk, clock=clock)
    return len(settings.LIBRARY_SYSTEMS)


def search(*, run_id: int, clock: Clock) -> None:
    """Carry out a run that was begun; what one process has finished no other begins again."""
    run = ReminderRun.objects.get(pk=run_id)
    if run.finished_at is not None:
        return
    policies = (
        list(ReminderPolicy.objects.filter(municipality=run.municipality_id).select_related("municipality"))
        if run.is_trial
        else active_policies()
    )
    counts, unanswered = _Counts(), 0
    try:
        # Somebody may have paused the only ones between the order and the search.
        for seen, candidate in enumerate(_candidates(run, policies) if policies else (), 1):
            is_answered = _look(run, candidate, policies, counts, clock())
            unanswered = 0 if is_answered else unanswered + 1
            if unanswered >= UNANSWERED_MAX:
                raise LibrarySystemUnavailable("no answer, again and again")
            if seen % TELL_EVERY == 0:
                ReminderRun.objects.filter(pk=run.pk).update(seen=seen, counts=counts.found)
            run.seen = seen
    except CannotListDebtors:
        run.failure = "no_list"
    except LibrarySystemError as error:
        logger.warning("search for reminders ended early", extra={"run": run.pk, "error": type(error).__name__})
        run.failure = "unavailable"
    run.counts, run.finished_at = counts.found, clock()
    run.save(update_fields=["seen", "counts", "failure", "finished_at"])


def _candidates(run: ReminderRun, policies: Sequence[ReminderPolicy]) -> Iterator[Candidate]:
    """Cards that staff brought first: the list of a large system takes a while."""
    connector = library_system(run.library_system)
    has_cards = False
    if isinstance(connector, FindsPatrons):
        finder: FindsPatrons = connector
        listed = ListedCard.objects.filter(
            library_system=run.library_system, municipality__in=[one.municipality_id for one in policies]
        )
        for card in listed.order_by("pk"):
            has_cards = True
            try:
                found = finder.find_patron(card_number=card.card_number)
            except PatronNotFound:
                _done_with(run, card)
                continue
            yield Candidate(found.reference, found.card_number, card)
    if isinstance(connector, ListsDebtors):
        least = min(terms_of(one).least for one in policies)
        try:
            for debtor in connector.debtors(at_least=least):
                yield Candidate(debtor.reference, debtor.card_number)
        except CannotListDebtors:
            if not has_cards:
                raise
    elif not has_cards:
        raise CannotListDebtors(run.library_system)


def _done_with(run: ReminderRun, card: ListedCard | None) -> None:
    """A trial leaves the cards for the search that counts."""
    if card is not None and not run.is_trial:
        card.delete()


def _look(
    run: ReminderRun, candidate: Candidate, policies: Sequence[ReminderPolicy], counts: _Counts, now: datetime
) -> bool:
    """One patron before all municipalities. False if the library system gave no answer."""
    try:
        fees = read_fees_now(
            system=run.library_system, patron_reference=candidate.reference, card_number=candidate.card_number
        )
    except PatronNotFound:
        return True
    except LibrarySystemError:
        for policy in policies:
            counts.add(policy.municipality_id, NO_ANSWER)
        return False
    patron = Patron.objects.filter(library_system=run.library_system, reference=candidate.reference).first()
    for policy in policies:
        verdict = judge(fees=fees, payee=policy.municipality, terms=terms_of(policy), patron=patron, now=now)
        if verdict is HeldBack.PAID:
            continue
        if isinstance(verdict, HeldBack):
            counts.add(policy.municipality_id, verdict.value)
            continue
        cents = total([one.fee.outstanding for one in verdict.fees]).cents
        counts.add(policy.municipality_id, verdict.reason.value if verdict.reason else DUE, cents)
        if not run.is_trial:
            _plan(run.library_system, fees, policy, verdict, now)
    _done_with(run, candidate.listed)
    return True


def _plan(system: str, fees: FeesNow, policy: ReminderPolicy, due: Due, now: datetime) -> None:
    """The decision. Another worker may make the same in this moment; then its row stands and ours does not."""
    identity = fees.account.patron
    with suppress(IntegrityError), transaction.atomic():
        patron, _made = Patron.objects.get_or_create(
            library_system=system,
            reference=identity.reference,
            defaults={"first_seen_at": now, "last_seen_at": now},
        )
        reminder = Reminder.objects.create(
            municipality=policy.municipality,
            patron=patron,
            card_number=identity.card_number,
            language=language_of(patron, identity, policy.municipality),
            token=short_token(),
            state=ReminderState.HELD if due.reason else ReminderState.PLANNED,
            reason=due.reason.value if due.reason else "",
            planned_at=now,
            next_at=None if due.reason else now,
            amount_cents=total([one.fee.outstanding for one in due.fees]).cents,
            changed_at=now,
        )
        references = [one.fee.reference for one in due.fees]
        numbers = dict(
            ReminderFee.objects.filter(patron=patron, fee_reference__in=references)
            .values_list("fee_reference")
            .annotate(Max("number"))
        )
        ReminderFee.objects.bulk_create(
            ReminderFee(
                reminder=reminder,
                patron=patron,
                fee_reference=one.fee.reference,
                number=numbers.get(one.fee.reference, 0) + 1,
                amount_cents=one.fee.outstanding.cents,
            )
            for one in due.fees
        )
