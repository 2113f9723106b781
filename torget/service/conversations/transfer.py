"""Hand a conversation over to the municipality it belongs to (434/2003, 21 §): offered, then accepted or returned.

The sender is told at once of each step. The message and its files go along; the notes of those who offered it do not.
A legal deadline is judged by when the competent authority had it: the time it accepted.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from torget.foundation.cooperations.models import Municipality
from torget.service.conversations.mail import queue_letter
from torget.service.conversations.models import Contact, Conversation, Transfer
from torget.service.conversations.served import serves
from torget.service.conversations.steps import add_contact, lock_conversation, note_event, save, set_clock
from torget.service.core.clock import Clock
from torget.service.core.service_types import find_service_type
from torget.service.core.states import NotPossible, State

REASON_LENGTH_MAX = 500


class NoTransferReason(Exception):
    """Who shall take it over, and who gets it back, must be able to read why."""


class NotServed(Exception):
    """That municipality has no queue here, or is the one that has the conversation."""


class AlreadyOffered(Exception):
    """It is offered to somebody who has not answered yet."""


class TransferAnswered(Exception):
    """Somebody has accepted or returned it already."""


def _tell(conversation: Conversation, text: str, *, at: datetime) -> None:
    """The person, in their language, at once."""
    contact = add_contact(
        conversation, direction=Contact.Direction.OUT, channel="automatic", actor="worker", body=text, at=at
    )
    queue_letter(conversation, contact, at=at)


def _reachable(municipality: Municipality) -> str:
    return f"{municipality.contact_email}, {municipality.contact_phone}"


def offer_transfer(
    *, conversation_id: int, version: int, to_municipality_id: int, reason: str, employee_id: int, at: datetime
) -> Transfer:
    """Raise NoTransferReason, NotServed, AlreadyOffered, ChangedMeanwhile, NotPossible."""
    text = reason.strip()[:REASON_LENGTH_MAX]
    if not text:
        raise NoTransferReason
    to = Municipality.objects.filter(pk=to_municipality_id).first()
    with transaction.atomic():
        conversation = lock_conversation(conversation_id, version=version)
        if to is None or to.pk == conversation.municipality_id or not serves(to.pk):
            raise NotServed
        if conversation.state == State.CLOSED or conversation.case_id is not None:
            raise NotPossible("a closed conversation, or a matter, is not handed over")
        try:
            with transaction.atomic():
                transfer = Transfer.objects.create(
                    conversation=conversation,
                    from_municipality_id=conversation.municipality_id,
                    to_municipality=to,
                    state=Transfer.State.OFFERED,
                    reason=text,
                    offered_at=at,
                    offered_by_id=employee_id,
                )
        except IntegrityError:
            raise AlreadyOffered from None
        save(conversation)
        detail = {"to": to.names.get("fi", to.slug), "reason": text, "transfer": transfer.pk}
        note_event(conversation, "offered", actor=f"staff:{employee_id}", at=at, detail=detail)
        with override(conversation.language):
            told = _(
                "Your question belongs to %(to)s, so we are handing it over. You need not do anything. %(contact)s"
            )
            name = to.name(conversation.language)
            _tell(conversation, told % {"to": name, "contact": _reachable(to)}, at=at)
    return transfer


def _offered(transfer_id: int) -> tuple[Transfer, Conversation]:
    """Both rows, the conversation's locked. Raise TransferAnswered."""
    transfers = Transfer.objects.select_related("to_municipality", "from_municipality")
    transfer = transfers.filter(pk=transfer_id, state=Transfer.State.OFFERED).first()
    if transfer is None:
        raise TransferAnswered
    return transfer, lock_conversation(transfer.conversation_id)


def _answer(transfer: Transfer, state: Transfer.State, *, employee_id: int, at: datetime, reason: str = "") -> None:
    """The guarded step out of 'offered'. Raise TransferAnswered."""
    count = Transfer.objects.filter(pk=transfer.pk, state=Transfer.State.OFFERED).update(
        state=state, answered_at=at, answered_by=employee_id, return_reason=reason
    )
    if count != 1:
        raise TransferAnswered


def accept_transfer(*, transfer_id: int, employee_id: int, at: datetime) -> Conversation:
    """The conversation is in the new municipality's queue, with a clock of its own. Raise TransferAnswered."""
    with transaction.atomic():
        transfer, conversation = _offered(transfer_id)
        _answer(transfer, Transfer.State.ACCEPTED, employee_id=employee_id, at=at)
        conversation.municipality = transfer.to_municipality
        conversation.agent = None
        if conversation.state == State.WAITING:
            hours = find_service_type(conversation.service_type).answer_within_hours
            set_clock(conversation, Clock(allowed=timedelta(hours=hours)).started(at))
        save(conversation)
        to = transfer.to_municipality
        detail = {"to": to.names.get("fi", to.slug), "transfer": transfer.pk}
        note_event(conversation, "accepted", actor=f"staff:{employee_id}", at=at, detail=detail)
        with override(conversation.language):
            told = _("%(to)s has taken over your question and answers you. %(contact)s")
            _tell(conversation, told % {"to": to.name(conversation.language), "contact": _reachable(to)}, at=at)
    return conversation


def return_transfer(*, transfer_id: int, reason: str, employee_id: int, at: datetime) -> Conversation:
    """It stays with whoever offered it. Raise NoTransferReason, TransferAnswered.

    The answer is the last to be written: with it, whoever gives the conversation back reaches it no longer.
    """
    text = reason.strip()[:REASON_LENGTH_MAX]
    if not text:
        raise NoTransferReason
    with transaction.atomic():
        transfer, conversation = _offered(transfer_id)
        save(conversation)
        detail = {"reason": text, "transfer": transfer.pk}
        note_event(conversation, "returned", actor=f"staff:{employee_id}", at=at, detail=detail)
        with override(conversation.language):
            names = {
                "to": transfer.to_municipality.name(conversation.language),
                "sender": transfer.from_municipality.name(conversation.language),
            }
            _tell(conversation, _("%(to)s did not take over your question. %(sender)s answers you.") % names, at=at)
        _answer(transfer, Transfer.State.RETURNED, employee_id=employee_id, at=at, reason=text)
    return conversation


def taken_over_at(conversation: Conversation) -> datetime | None:
    """Since when the present municipality has it; None if it always has. What staff wrote before stays behind."""
    accepted = conversation.transfers.filter(state=Transfer.State.ACCEPTED).order_by("-answered_at")
    return accepted.values_list("answered_at", flat=True).first()
