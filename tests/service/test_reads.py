"""Every look at an errand is logged, by whatever page."""

from django.test import Client

from tests.database.staff import hire, sign_in
from tests.reads import Reads, read_everything
from tests.service.people import ask, patron_of, sign_in_patron, start_draft
from tests.world import START, World, make_fee, make_patron
from torget.foundation.audit.models import AuditEntry
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Role
from torget.service.conversations.models import Contact
from torget.service.conversations.transfer import offer_transfer
from torget.service.forms.models import Attachment


def test_who_comes_by_the_link_alone_is_logged_and_the_person_is_not(world: World) -> None:
    patron = make_patron(1, make_fee(11, 1200), make_fee(12, 900))
    world.add(patron)
    own = sign_in_patron(patron)
    draft = start_draft(own, 11).split("/")[2]
    conversation = ask(own, 12)
    contact = Contact.objects.get(conversation=conversation, direction="in")
    contact.attachments.add(clean_file())
    ids = {"draft/token": draft, "errand/token": conversation.token, "step_id": "claim"}
    ids["attachment_id"] = str(contact.attachments.get().pk)
    assert read_everything(Client(), "errands", ids) == Reads([], [])
    before = AuditEntry.objects.count()
    assert own.get(f"/errand/{conversation.token}/").status_code == 200
    assert AuditEntry.objects.count() == before


def clean_file() -> Attachment:
    return Attachment.objects.create(
        name="x.pdf", media_type="application/pdf", content=b"x", sha256="0" * 64, state="clean", added_at=START
    )


def test_every_look_is_logged(world: World) -> None:
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    attachment = clean_file()
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
