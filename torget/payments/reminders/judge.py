"""Whether a municipality is to remind a patron now, of which fees and by which way: search and sending ask the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Max, Q

from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.languages import Language
from torget.foundation.core.messages import phone_number
from torget.foundation.notify.send_once import can_send_sms
from torget.foundation.notify.undeliverable import undeliverable
from torget.foundation.people.models import Patron
from torget.payments.checkout.fees_now import FeesNow
from torget.payments.core.fees import AssessedFee
from torget.payments.core.ports import PatronIdentity
from torget.payments.core.reminding import (
    LEFT_STATES,
    OF_THE_PERSON,
    Channel,
    HeldBack,
    Reminded,
    Terms,
    choose_channel,
    due_fees,
)
from torget.payments.reminders.models import Reminder, ReminderFee, ReminderOptOut


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    fees: list[AssessedFee]
    channel: Channel | None
    """None: no message can reach the patron, or none is wanted; `reason` says why."""
    address: str
    reason: HeldBack | None = None


def reminded_by(*, municipality_id: int, patron: Patron | None, but: int | None = None) -> Reminded:
    """`but`: the reminder that is being looked at and does not count itself."""
    if patron is None:
        return Reminded(times={}, last_at=None)
    earlier = Reminder.objects.filter(municipality_id=municipality_id, patron=patron)
    if but is not None:
        earlier = earlier.exclude(pk=but)
    # Who could not be reached has had the round too: the log has one row of it and not one a day. What was held back
    # because of the fees has not.
    of_fees = Q(state="held") & ~Q(reason__in=[one.value for one in OF_THE_PERSON])
    last_at = earlier.exclude(of_fees).aggregate(last=Max("planned_at"))["last"]
    counted = (
        ReminderFee.objects.filter(reminder__in=earlier, reminder__state__in=[one.value for one in LEFT_STATES])
        .values_list("fee_reference")
        .annotate(Count("pk"))
    )
    return Reminded(times=dict(counted), last_at=last_at)


def judge(
    *,
    fees: FeesNow,
    payee: Municipality,
    terms: Terms,
    patron: Patron | None,
    now: datetime,
    reminder: Reminder | None = None,
) -> Due | HeldBack:
    """`patron` None: nobody has ever seen this patron here. With a reminder: of its own fees alone."""
    assessed = fees.assessed
    reminded = reminded_by(municipality_id=payee.pk, patron=patron, but=reminder.pk if reminder else None)
    if reminder is not None:
        planned = set(reminder.fees.values_list("fee_reference", flat=True))
        assessed = [one for one in assessed if one.fee.reference in planned]
        # Its own round is due; what was due again meanwhile is not for it to say.
        reminded = replace(reminded, last_at=None)
    found = due_fees(
        assessed=assessed,
        payee=payee.slug,
        held=fees.payable.held.keys(),
        time_to_pay=fees.payable.time_to_pay,
        terms=terms,
        reminded=reminded,
        now=now,
    )
    if isinstance(found, HeldBack):
        return found
    addresses = _addresses(fees.account.patron)
    return _reach(found, fees.account.patron, patron, terms.channels, addresses)


def _reach(
    found: list[AssessedFee],
    identity: PatronIdentity,
    patron: Patron | None,
    channels: Sequence[Channel],
    addresses: Mapping[Channel, str],
) -> Due:
    def nobody(reason: HeldBack) -> Due:
        return Due(fees=found, channel=None, address="", reason=reason)

    if identity.is_child:
        return nobody(HeldBack.CHILD)
    if patron is not None and ReminderOptOut.objects.filter(patron=patron).exists():
        return nobody(HeldBack.OPTED_OUT)
    returned = undeliverable(addresses.values())
    way = choose_channel(
        channels=channels,
        addresses=addresses,
        undeliverable={channel for channel, address in addresses.items() if address in returned},
    )
    if isinstance(way, HeldBack):
        return nobody(way)
    return Due(fees=found, channel=way, address=addresses[way])


def _addresses(identity: PatronIdentity) -> dict[Channel, str]:
    number = phone_number(identity.sms_number or "") if can_send_sms() else ""
    return {Channel.EMAIL: identity.email or "", Channel.SMS: number}


def language_of(patron: Patron | None, identity: PatronIdentity, payee: Municipality) -> str:
    """What the person chose here, else what the library system has, else the municipality's first language."""
    wishes = (patron.language if patron else "", identity.language, *payee.languages)
    return next((one.value for wish in wishes for one in Language if one.value == wish), Language.FINNISH.value)


def reminded_today(*, patron_id: int, but: int, since: datetime) -> bool:
    """Whether another municipality has reminded this patron within the day: a row of messages helps nobody."""
    left = Q(state__in=[one.value for one in LEFT_STATES]) | Q(state="sending")
    return Reminder.objects.filter(left, patron_id=patron_id, changed_at__gt=since).exclude(pk=but).exists()
