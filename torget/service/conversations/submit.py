"""Send a form: exactly once, however often the button is pressed and from however many devices."""

from datetime import datetime

from django.db import transaction

from torget.casework.decisions.prepare import can_be_decided
from torget.foundation.core.languages import in_language
from torget.service.conversations.begin import begin_conversation
from torget.service.conversations.models import Conversation
from torget.service.conversations.promote import make_matter
from torget.service.conversations.steps import lock_conversation
from torget.service.core.forms import Form, Kind, answers_asked, first_faulty_step
from torget.service.core.service_types import find_service_type
from torget.service.forms.drafts import form_of_draft
from torget.service.forms.models import Attachment, Draft


class NotComplete(Exception):
    """Something is still to be filled in; `step` says where."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


def answers_text(form: Form, answers: dict[str, str], language: str) -> str:
    """What was sent, as the person read it: each question with its answer."""
    lines = []
    for step in form.asked(answers):
        for field in step.fields:
            value = answers.get(field.id, "")
            if field.kind is Kind.FILE or not value:
                continue
            lines.append(f"{in_language(field.labels, language)}\n{field.shown(value, language)}")
    return "\n\n".join(lines)


def submit_draft(*, draft_id: int, actor: str, at: datetime) -> Conversation:
    """The conversation that the draft became, now or before. Raise NotComplete."""
    with transaction.atomic():
        draft = Draft.objects.select_for_update().get(pk=draft_id)
        if draft.sent_at is not None:
            return Conversation.objects.get(contacts__draft=draft)
        form = form_of_draft(draft)
        faulty = first_faulty_step(form, draft.answers)
        if faulty is not None:
            raise NotComplete(faulty.id)
        answers = answers_asked(form, draft.answers)
        service_type = find_service_type(draft.form.service_type)
        draft.answers, draft.sent_at, draft.changed_at = answers, at, at
        draft.save(update_fields=["answers", "sent_at", "changed_at"])
        conversation = begin_conversation(
            service_type=service_type,
            municipality_id=draft.municipality_id,
            patron_id=draft.patron_id,
            email=answers.get("email", ""),
            language=draft.language,
            topic=in_language(service_type.names, draft.language),
            subject=draft.subject,
            channel="form",
            actor=actor,
            body=answers_text(form, answers, draft.language),
            at=at,
            draft=draft,
            attachments=list(draft.attachments.exclude(state=Attachment.State.INFECTED)),
        )
        _register_application(conversation, actor=actor, at=at)
        return conversation


def _register_application(conversation: Conversation, *, actor: str, at: datetime) -> None:
    """An application needs nobody to make a matter of it; where nobody can decide it, an agent answers it."""
    service_type = find_service_type(conversation.service_type)
    if not service_type.becomes_a_matter_at_once or service_type.procedure is None:
        return
    if can_be_decided(municipality_id=conversation.municipality_id, procedure=service_type.procedure):
        make_matter(lock_conversation(conversation.pk), actor=actor, at=at)
        conversation.refresh_from_db()
