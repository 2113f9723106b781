"""An errand is reached by the municipality that has it, and by the one it is offered to; by nobody else."""

from django.apps import apps
from django.db import connection

from tests.network import make_network
from tests.world import START
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Employee
from torget.foundation.staff.scope import scoped
from torget.service.conversations.models import Contact, Conversation, Transfer
from torget.service.forms.models import Attachment, Draft, FormVersion

OPEN_TO_ALL = {"FormVersion", "AnswerTemplate"}
# The table between contacts and their attachments has a model of its own.
APPS = ("service_forms", "conversations")


def begin(owner: Municipality) -> Conversation:
    form = FormVersion.objects.create(
        service_type="fee_dispute", version=1, definition={}, sha256="0" * 64, published_at=START
    )
    draft = Draft.objects.create(
        token="d" * 43, form=form, municipality=owner, language="sv", created_at=START, changed_at=START,
        expires_at=START,
    )  # fmt: skip
    Attachment.objects.create(
        draft=draft, name="x.pdf", media_type="application/pdf", content=b"x", sha256="0" * 64, state="clean",
        added_at=START,
    )  # fmt: skip
    conversation = Conversation.objects.create(
        token="c" * 43, municipality=owner, service_type="fee_dispute", language="sv", topic="?", state="waiting",
        opened_at=START, clock_since=START, due_at=START,
    )  # fmt: skip
    Contact.objects.create(
        conversation=conversation, at=START, direction="in", channel="form", actor="patron:1", language="sv",
        body="Varför?", draft=draft,
    )  # fmt: skip
    return conversation


def counts(owner: Municipality) -> list[int]:
    with scoped({owner.pk}):
        return [model.objects.count() for model in (Conversation, Contact, Draft, Attachment)]


def test_every_table_is_secured(committed_db: None) -> None:
    tables = {
        model._meta.db_table
        for app in APPS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if model.__name__ not in OPEN_TO_ALL
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        assert tables <= {name for (name,) in cursor.fetchall()}


def test_who_reaches_an_errand(member: None) -> None:
    make_network()
    porvoo, sipoo = (Municipality.objects.get(slug=slug) for slug in ("porvoo", "sipoo"))
    conversation = begin(porvoo)
    assert (counts(porvoo), counts(sipoo)) == ([1, 1, 1, 1], [0, 0, 0, 0])
    transfer = Transfer.objects.create(
        conversation=conversation, from_municipality=porvoo, to_municipality=sipoo, state="offered", reason="Sipoo's",
        offered_at=START, offered_by=Employee.objects.get(username="desk.porvoo"),
    )  # fmt: skip
    assert (counts(porvoo), counts(sipoo)) == ([1, 1, 1, 1], [1, 1, 1, 1])
    with scoped({sipoo.pk}):
        Transfer.objects.filter(pk=transfer.pk).update(state="accepted")
        assert Conversation.objects.update(municipality=sipoo) == 1
        assert Conversation.objects.count() == 1
    assert (counts(porvoo), counts(sipoo)) == ([0, 0, 1, 1], [1, 1, 1, 1])
