"""Send what is planned: everything is looked up anew, the message is committed as sent, and only then it leaves.

A reminder is sent at most once. What a dying process had begun becomes 'unanswered', for a person to decide.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from torget.foundation.core.business_days import HELSINKI
from torget.foundation.core.messages import Delivered
from torget.foundation.core.money import Money
from torget.foundation.notify.models import OutgoingEmail, OutgoingSms
from torget.foundation.notify.send_once import send_email_once, send_sms_once
from torget.foundation.notify.undeliverable import note_undeliverable
from torget.foundation.people.models import Patron
from torget.payments.checkout.fees_now import FeesNow, read_fees_now
from torget.payments.core.links import LETTER_DAYS, end_of_day, last_day
from torget.payments.core.ports import LibrarySystemError, PatronNotFound
from torget.payments.core.reminding import Channel, HeldBack, ReminderState, ReminderStep
from torget.payments.links.make import make_link
from torget.payments.links.models import PaymentLink
from torget.payments.reminders.judge import Due, judge, reminded_today
from torget.payments.reminders.letters import ReminderText, email_of, headers_of, sms_of
from torget.payments.reminders.models import Reminder, ReminderFee, ReminderPolicy
from torget.payments.reminders.policy import active_policies, terms_of
from torget.payments.reminders.steps import take_step

LEASE = timedelta(minutes=10)
WAIT = timedelta(minutes=15)
"""After a library system or a mail server that gave no answer."""
A_DAY = timedelta(hours=20)

_STEP_OF = {
    Delivered.SENT: ReminderStep.DELIVER,
    Delivered.REFUSED: ReminderStep.REFUSE,
    Delivered.UNKNOWN: ReminderStep.LOSE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """Committed, and about to leave."""

    channel: Channel
    address: str
    link_id: int
    pk: int


def send_due_reminders(*, clock: Callable[[], datetime], limit: int) -> Counter[str]:
    """At most `limit`, of municipalities whose sending hours it is; what became of them, by state."""
    give_up_lost(now=clock())
    done: Counter[str] = Counter()
    for _ in range(limit):
        reminder = _take(clock())
        if reminder is None:
            break
        delivered = _send(reminder, clock())
        done[Reminder.objects.values_list("state", flat=True).get(pk=reminder.pk)] += 1
        if delivered is Delivered.NOT_SENT:
            # The mail server or the gateway is not there; the others need not find that out too.
            break
    return done


def give_up_lost(*, now: datetime) -> int:
    """Whoever was sending these is gone; nobody knows whether they left."""
    lost = Reminder.objects.filter(state=ReminderState.SENDING, changed_at__lt=now - LEASE)
    return sum(
        take_step(reminder_id=pk, step=ReminderStep.LOSE, now=now, sent_at=changed_at)
        for pk, changed_at in lost.values_list("pk", "changed_at")
    )


def _take(now: datetime) -> Reminder | None:
    """By a lease, so that two workers never ask about the same one."""
    open_now = [one.municipality_id for one in active_policies() if terms_of(one).hours.is_open(now)]
    with transaction.atomic():
        reminder = (
            Reminder.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(state=ReminderState.PLANNED, next_at__lte=now, municipality__in=open_now)
            .select_related("municipality", "patron")
            .order_by("next_at", "pk")
            .first()
        )
        if reminder is not None:
            Reminder.objects.filter(pk=reminder.pk).update(next_at=now + LEASE)
    return reminder


def _wait(reminder: Reminder, until: datetime) -> None:
    Reminder.objects.filter(pk=reminder.pk, state=ReminderState.PLANNED).update(next_at=until)


def _send(reminder: Reminder, now: datetime) -> Delivered | None:
    """None if nothing was to leave."""
    try:
        fees = read_fees_now(
            system=reminder.patron.library_system,
            patron_reference=reminder.patron.reference,
            card_number=reminder.card_number,
        )
    except PatronNotFound:
        _hold(reminder, HeldBack.PATRON_GONE, now)
        return None
    except LibrarySystemError:
        _wait(reminder, now + WAIT)
        return None
    message = _begin(reminder, fees, now)
    return _deliver(reminder, message, now) if message else None


def _hold(reminder: Reminder, reason: HeldBack, now: datetime) -> None:
    take_step(reminder_id=reminder.pk, step=ReminderStep.HOLD, now=now, reason=reason.value, next_at=None)


def _begin(reminder: Reminder, fees: FeesNow, now: datetime) -> _Message | None:
    """Judge, and commit step, link and message together; None when nothing is to be sent now."""
    with transaction.atomic():
        # Both are held until the commit: a pause does not come in between, nor does another municipality's reminder.
        policy = ReminderPolicy.objects.select_for_update().get(municipality=reminder.municipality_id)
        Patron.objects.select_for_update().get(pk=reminder.patron_id)
        if not policy.is_on or policy.paused_at is not None:
            return None
        if reminded_today(patron_id=reminder.patron_id, but=reminder.pk, since=now - A_DAY):
            _wait(reminder, now + A_DAY)
            return None
        verdict = judge(
            fees=fees,
            payee=reminder.municipality,
            terms=terms_of(policy),
            patron=reminder.patron,
            now=now,
            reminder=reminder,
        )
        if isinstance(verdict, HeldBack):
            _hold(reminder, verdict, now)
            return None
        if verdict.reason is not None or verdict.channel is None:
            _hold(reminder, verdict.reason or HeldBack.NO_ADDRESS, now)
            return None
        tries, channel = reminder.tries + 1, verdict.channel
        is_ours = take_step(
            reminder_id=reminder.pk, step=ReminderStep.BEGIN, now=now, channel=channel.value, tries=tries, next_at=None
        )
        return _write(reminder, fees, verdict, f"reminder:{reminder.pk}:{tries}", now) if is_ours else None


def _link(reminder: Reminder, fees: FeesNow, due: Due, now: datetime) -> PaymentLink:
    """For the fees of the reminder; where the library system settles everything at once, for everything."""
    chosen = {one.fee.reference: one.fee.outstanding for one in due.fees}
    for reference, amount in chosen.items():
        ReminderFee.objects.filter(reminder=reminder, fee_reference=reference).update(amount_cents=amount.cents)
    return make_link(
        kind=PaymentLink.Kind.LETTER,
        patron_id=reminder.patron_id,
        fees=fees,
        expected=chosen if fees.can_choose else fees.free,
        municipality_id=reminder.municipality_id,
        language=reminder.language,
        expires_at=end_of_day(now.astimezone(HELSINKI).date() + timedelta(days=LETTER_DAYS)),
        actor="worker",
        now=now,
    )


def _write(reminder: Reminder, fees: FeesNow, due: Due, about: str, now: datetime) -> _Message:
    link = _link(reminder, fees, due, now)
    stated = list(link.fees.order_by("position"))
    Reminder.objects.filter(pk=reminder.pk).update(link=link, amount_cents=sum(one.amount_cents for one in stated))
    text = ReminderText(
        payee=reminder.municipality,
        fees=[(one.fee_kind, Money(one.amount_cents)) for one in stated],
        kinds=fees.payable.configured.texts,
        token=reminder.token,
        link_token=link.token,
        last_day=last_day(link.expires_at),
        language=reminder.language,
    )
    if due.channel is Channel.SMS:
        sms = OutgoingSms.objects.create(created_at=now, recipient=due.address, body=sms_of(text), about=about)
        return _Message(channel=Channel.SMS, address=due.address, link_id=link.pk, pk=sms.pk)
    subject, body = email_of(text)
    email = OutgoingEmail.objects.create(
        created_at=now,
        recipient=due.address,
        subject=subject,
        body=body,
        about=about,
        reply_to=reminder.municipality.contact_email,
        is_once=True,
        headers=headers_of(text),
    )
    return _Message(channel=Channel.EMAIL, address=due.address, link_id=link.pk, pk=email.pk)


def _deliver(reminder: Reminder, message: _Message, now: datetime) -> Delivered:
    """Outside any transaction; what became of it is the next step."""
    is_sms = message.channel is Channel.SMS
    delivered = send_sms_once(sms_id=message.pk, now=now) if is_sms else send_email_once(email_id=message.pk, now=now)
    with transaction.atomic():
        if delivered is Delivered.NOT_SENT:
            # Nobody has it, so nothing of it stays: the next try makes its own.
            take_step(reminder_id=reminder.pk, step=ReminderStep.NOT_SENT, now=now, next_at=now + WAIT, link=None)
            (OutgoingSms if is_sms else OutgoingEmail).objects.filter(pk=message.pk).delete()
            PaymentLink.objects.filter(pk=message.link_id).delete()
            return delivered
        if delivered is Delivered.REFUSED:
            note_undeliverable(message.address, now=now)
        take_step(reminder_id=reminder.pk, step=_STEP_OF[delivered], now=now, sent_at=now)
    return delivered
