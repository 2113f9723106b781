"""Every look at an errand is logged, by whatever page."""

from tests.database.staff import hire, sign_in
from tests.reads import Reads, read_everything
from tests.service.people import ask, patron_of, sign_in_patron
from tests.world import START, World
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Role
from torget.service.conversations.models import Contact
from torget.service.conversations.transfer import offer_transfer
from torget.service.forms.models import Attachment


def test_every_look_is_logged(world: World) -> None:
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    attachment = Attachment.objects.create(
        name="x.pdf", media_type="application/pdf", content=b"x", sha256="0" * 64, state="clean", added_at=START
    )
    Contact.objects.get(conversation=conversation, direction="in").attachments.add(attachment)
    agent, to = hire("agent", "porvoo"), Municipality.objects.get(slug="sipoo")
    Role.objects.create(employee=agent, kind="agent", municipality=to)
    transfer = offer_transfer(
        conversation_id=conversation.pk,
        version=conversation.version,
        to_municipality_id=to.pk,
        reason="Er bok.",
        employee_id=agent.pk,
        at=START,
    )
    ids = {"conversation_id": conversation.pk, "attachment_id": attachment.pk, "transfer_id": transfer.pk}
    assert read_everything(sign_in(agent), "service", ids) == Reads([], [])
