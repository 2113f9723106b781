"""Words for states, for the person and for agents."""

from django.utils import timezone
from django.utils.translation import gettext as _

from torget.casework.decisions.timeline import is_decided
from torget.foundation.design.page import Tag, TagColour
from torget.foundation.design.templatetags.torget_format import day_text
from torget.service.conversations.models import Conversation
from torget.service.core.clock import Haste, haste
from torget.service.core.states import State


def state_tag_for_person(conversation: Conversation) -> Tag:
    if conversation.state == State.CLOSED and conversation.case_id is not None:
        if is_decided(conversation.case_id):
            return Tag(text=_("Decided"), colour=TagColour.GREEN)
        return Tag(text=_("Handled as a matter"), colour=TagColour.BLUE)
    return {
        State.WAITING: Tag(text=_("Being handled"), colour=TagColour.BLUE),
        State.ASKED: Tag(text=_("We have asked you something"), colour=TagColour.YELLOW),
        State.CLOSED: Tag(text=_("Answered"), colour=TagColour.GREEN),
    }[State(conversation.state)]


def state_for_person(conversation: Conversation) -> str:
    """What happens next, and when."""
    state = State(conversation.state)
    if state is State.WAITING and conversation.due_at is not None:
        if conversation.due_at < timezone.now():
            return _("We promised an answer by %(day)s and are late. Your errand is on top of our list.") % {
                "day": day_text(conversation.due_at)
            }
        return _("You get an answer at the latest on %(day)s.") % {"day": day_text(conversation.due_at)}
    if state is State.ASKED:
        return _("Answer our question below. Your errand goes on when you have answered.")
    if conversation.case_id is not None and is_decided(conversation.case_id):
        return _("The decision has been made. Read it below; you also see until when you can ask for a review.")
    if conversation.case_id is not None:
        return _("It is a registered matter now, and a decision will be made. You see here what happens in it.")
    return _("If the answer does not help, write again below: that opens the errand anew.")


def haste_tag(conversation: Conversation) -> Tag:
    if conversation.state == State.CLOSED:
        return Tag(text=_("Closed"), colour=TagColour.GREY)
    return {
        Haste.STOPPED: Tag(text=_("Waits for the person"), colour=TagColour.GREY),
        Haste.IN_TIME: Tag(text=_("In time"), colour=TagColour.GREEN),
        Haste.DUE: Tag(text=_("Due soon"), colour=TagColour.YELLOW),
        Haste.OVERDUE: Tag(text=_("Overdue"), colour=TagColour.RED),
    }[haste(conversation.due_at, timezone.now())]
