"""The thin chain: a fee, a question, a hold, a receipt, a queue, an answer."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from tests.database.staff import hire, sign_in
from tests.service.people import ask, fill_in, patron_of, sign_in_patron, start_draft
from tests.world import World
from torget.foundation.audit.models import AuditEntry
from torget.foundation.notify.models import OutgoingEmail
from torget.payments.fees.models import FeeHold
from torget.service.conversations.models import Contact, Conversation
from torget.service.core.states import State
from torget.service.knowledge.models import Verdict


def test_the_page_answers_first(world: World) -> None:
    patron = patron_of(world)
    client = sign_in_patron(patron)
    assert "/fees/11/question/" in client.get("/fees/").content.decode()
    page = client.get("/fees/11/question/").content.decode()
    assert page.index("Why OVERDUE (sv)") < page.index("Title late (sv)") < page.index("Title paying (sv)")
    assert "Title lost" not in page
    client.post("/articles/late/verdict/", {"helped": "no", "next": "/fees/11/question/"})
    client.post("/articles/late/verdict/", {"helped": "yes", "next": "/fees/11/question/"})
    assert [verdict.helped for verdict in Verdict.objects.all()] == [False]


def test_a_question_becomes_an_errand_with_hold_receipt_and_clock(world: World) -> None:
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    assert conversation.municipality.slug == "porvoo"
    assert conversation.state == State.WAITING
    hold = FeeHold.objects.get()
    assert (hold.fee_reference, hold.origin, hold.ended_at) == ("11", f"conversation:{conversation.pk}", None)
    question, receipt = conversation.contacts.order_by("pk")
    assert (question.direction, question.channel) == ("in", "form")
    assert "Jag lämnade boken i tid." in question.body
    assert "Vi har tagit emot ditt meddelande" in receipt.body
    assert "Olemme vastaanottaneet viestisi" in receipt.body
    letter = OutgoingEmail.objects.get(about=f"contact:{receipt.pk}")
    assert letter.recipient == "asa@example.fi"
    assert f"/errand/{conversation.token}/" in letter.body


def test_a_double_click_sends_once(world: World) -> None:
    client = sign_in_patron(patron_of(world))
    draft = start_draft(client, 11)
    fill_in(client, draft)
    first, second = client.post(f"{draft}check/"), client.post(f"{draft}check/")
    assert second["Location"].split("?")[0] == first["Location"].split("?")[0]
    assert Conversation.objects.count() == 1
    assert Contact.objects.filter(direction="in").count() == 1


def test_an_agent_answers_and_the_hold_ends(world: World) -> None:
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    agent = hire("agent", "porvoo")
    client = sign_in(agent)
    assert "Jag lämnade boken i tid." in client.get("/staff/conversations/").content.decode()
    path = f"/staff/conversations/{conversation.pk}/"
    page = client.get(path)
    text = page.content.decode()
    assert page.status_code == 200
    assert "OVERDUE (en)" in text
    assert "€12.00" in text
    assert AuditEntry.objects.filter(action="view conversation", subject=f"conversation:{conversation.pk}").exists()
    sent = client.post(f"{path}answer/", {"body": "Du har rätt.", "then": "close", "version": 1})
    assert sent.status_code == 302
    conversation.refresh_from_db()
    assert (conversation.state, conversation.due_at, conversation.agent) == (State.CLOSED, None, agent)
    assert FeeHold.objects.get().ended_at is not None
    assert OutgoingEmail.objects.filter(body__contains="Du har rätt.", is_automatic=False).count() == 1
    errand = Client().get(f"/errand/{conversation.token}/").content.decode()
    assert "Du har rätt." in errand


def test_agents_of_elsewhere_see_nothing(world: World) -> None:
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    client = sign_in(hire("agent", "sipoo"))
    assert f"/staff/conversations/{conversation.pk}/" not in client.get("/staff/conversations/").content.decode()
    for path in ("", "presence/", "answer/", "note/", "assign/", "close/", "reopen/"):
        url = f"/staff/conversations/{conversation.pk}/{path}"
        answer = client.get(url) if not path else client.post(url, {"body": "x"})
        assert answer.status_code == 404, path
    assert AuditEntry.objects.filter(action="view conversation refused").exists()
    assert sign_in(hire("library_desk", "porvoo")).get(f"/staff/conversations/{conversation.pk}/").status_code == 404


def test_asking_the_person_stops_the_clock_and_their_answer_starts_it(world: World) -> None:
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    client = sign_in(hire("agent", "porvoo"))
    client.post(f"/staff/conversations/{conversation.pk}/answer/", {"body": "Vilken dag?", "then": "ask", "version": 1})
    conversation.refresh_from_db()
    assert (conversation.state, conversation.due_at, conversation.clock_since) == (State.ASKED, None, None)
    assert FeeHold.objects.get().ended_at is None
    Client().post(f"/errand/{conversation.token}/", {"body": "Den tredje."})
    conversation.refresh_from_db()
    assert conversation.state == State.WAITING
    assert conversation.due_at is not None
    assert conversation.due_at > timezone.now() + timedelta(days=1)
