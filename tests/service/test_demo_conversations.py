"""The demo's queue holds questions in every state, and is made once."""

from django.utils import timezone

from tests.database.staff import hire
from tests.world import World
from torget.config.demo_conversations import load_demo_conversations
from torget.service.conversations.models import Conversation


def test_the_demo_has_a_living_queue(world: World) -> None:
    hire("agent", "porvoo")
    assert load_demo_conversations(timezone.now()) == 5
    assert set(Conversation.objects.values_list("state", flat=True)) == {"waiting", "asked", "closed"}
    assert Conversation.objects.filter(due_at__lt=timezone.now()).exists()
    assert load_demo_conversations(timezone.now()) == 0
