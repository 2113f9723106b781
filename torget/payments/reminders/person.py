"""The reminders of a person, the messages that went out, and whether they want any."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from torget.foundation.core.person import Person, Section
from torget.foundation.notify.models import OutgoingEmail, OutgoingSms
from torget.payments.reminders.models import ListedCard, Reminder, ReminderFee, ReminderOptOut


def _reminders(person: Person) -> QuerySet[Reminder]:
    return Reminder.objects.filter(
        patron__library_system=person.library_system, patron__reference=person.reference
    ).order_by("planned_at")


def _opt_out(person: Person) -> QuerySet[ReminderOptOut]:
    return ReminderOptOut.objects.filter(
        patron__library_system=person.library_system, patron__reference=person.reference
    )


def _about(person: Person) -> Q:
    about = Q(pk=None)
    for pk in _reminders(person).values_list("pk", flat=True):
        about |= Q(about__startswith=f"reminder:{pk}:")
    return about


def sections(person: Person) -> list[Section]:
    about = _about(person)
    emails = OutgoingEmail.objects.filter(about).order_by("created_at")
    texts = OutgoingSms.objects.filter(about).order_by("created_at")
    fees = ReminderFee.objects.filter(reminder__in=_reminders(person)).order_by("reminder_id", "pk")
    columns = ("planned_at", "card_number", "language", "channel", "state", "reason", "amount_cents", "sent_at")
    return [
        Section(code="reminders", rows=list(_reminders(person).values(*columns))),
        Section(code="reminder_fees", rows=list(fees.values("fee_reference", "number", "amount_cents"))),
        Section(
            code="reminder_notices",
            rows=[
                *emails.values("created_at", "recipient", "subject", "body"),
                *({**row, "subject": ""} for row in texts.values("created_at", "recipient", "body")),
            ],
        ),
        Section(code="reminder_opt_out", rows=list(_opt_out(person).values("at", "by"))),
    ]


def obstacles(_person: Person) -> list[str]:
    return []


def kept(person: Person) -> list[str]:
    """Without it, the next search would remind whoever wanted none."""
    return [_("That they want no reminders, under the library system's number")] if _opt_out(person).exists() else []


def erase(person: Person, _at: datetime) -> dict[str, int]:
    """What nobody has sent yet is not sent."""
    reminders, about = _reminders(person), _about(person)
    cards = list(reminders.values_list("card_number", flat=True))
    done = {
        "reminder_notices": OutgoingEmail.objects.filter(about).delete()[0]
        + OutgoingSms.objects.filter(about).delete()[0],
        "reminders": reminders.count(),
    }
    ListedCard.objects.filter(library_system=person.library_system, card_number__in=cards).delete()
    reminders.delete()
    return done
