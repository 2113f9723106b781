"""What the official's pages say about states, steps, lacks and refusals, in the language of the page."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from torget.casework.cases.models import Case
from torget.casework.core.completeness import Lack
from torget.casework.core.deadlines import NoticeChannel
from torget.casework.core.facts import Route
from torget.casework.core.procedure import Procedure, find_procedure
from torget.casework.decisions.models import Decision, Effect
from torget.foundation.core.languages import in_language
from torget.foundation.design.page import Tag, TagColour

CASE_STATES = {
    Case.State.OPEN: gettext_lazy("Waits for a proposal"),
    Case.State.PREPARED: gettext_lazy("Waits for a decision"),
    Case.State.DECIDED: gettext_lazy("Decided, being carried out"),
    Case.State.CLOSED: gettext_lazy("Closed"),
}
_CASE_COLOURS = {
    Case.State.OPEN: TagColour.BLUE,
    Case.State.PREPARED: TagColour.YELLOW,
    Case.State.DECIDED: TagColour.GREEN,
    Case.State.CLOSED: TagColour.GREY,
}
_EFFECTS = {
    Effect.State.DUE: (gettext_lazy("Being done"), TagColour.BLUE),
    Effect.State.DONE: (gettext_lazy("It is done"), TagColour.GREEN),
    Effect.State.REFUSED: (gettext_lazy("Refused, needs a person"), TagColour.RED),
    Effect.State.HUMAN: (gettext_lazy("Needs a person"), TagColour.RED),
}
ROUTES = {
    Route.AUTOMATIC: gettext_lazy("Every condition holds"),
    Route.PROPOSE: gettext_lazy("The rules propose, a person decides"),
    Route.HUMAN: gettext_lazy("A person must judge"),
}
CHANNELS = {
    NoticeChannel.ELECTRONIC: gettext_lazy("E-mail with a link (deemed received on the third day)"),
    NoticeChannel.LETTER: gettext_lazy("Letter (deemed received on the seventh day)"),
    NoticeChannel.DESK: gettext_lazy("Handed over today"),
}
LACKS = {
    Lack.AUTHORITY: gettext_lazy("Who decides (section 44)"),
    Lack.PARTY: gettext_lazy("Whom the decision concerns (section 44)"),
    Lack.OUTCOME: gettext_lazy("What is decided (section 44)"),
    Lack.REASONS: gettext_lazy("The reasons (section 45)"),
    Lack.PROVISIONS: gettext_lazy("The provisions applied (section 45)"),
    Lack.CONTACT: gettext_lazy("Who gives more information (section 44)"),
    Lack.AUTOMATIC_NOTICE: gettext_lazy("The notice of an automatic decision (section 53 g)"),
    Lack.REMEDY: gettext_lazy("Instructions for review that fit the decision (sections 46 to 48)"),
    Lack.LANGUAGE: gettext_lazy("Every part in Finnish and Swedish"),
}
REFUSALS = {
    "no_office": gettext_lazy("You do not hold the office that decides this, so you can prepare it but not sign it."),
    "no_power": gettext_lazy("The office has no power to decide matters of this kind."),
    "above_limit": gettext_lazy("The sum is above the limit up to which this office may decide."),
    "is_party": gettext_lazy("You are a party to this case, so you may neither prepare nor sign it."),
    "unread": gettext_lazy(
        "The person has sent something that nobody has read yet. Read it before anything is decided."
    ),
    "old_rules": gettext_lazy(
        "The rules behind this proposal are no longer in force, so it cannot be signed as it is."
    ),
    "not_commissioned": gettext_lazy("No decision allows this to be decided automatically."),
}
SENDER_DOUBTS = {
    "other_sender": gettext_lazy("Came from another address than the person's own."),
    "unauthenticated": gettext_lazy("The sender's address is not confirmed and may be forged."),
}
BAD_TEXTS = {
    "too_long": gettext_lazy("Shorten the text to at most 10,000 characters"),
    "identity_code": gettext_lazy("Remove the personal identity code from the text"),
    "unknown_token": gettext_lazy("A name in double braces is not one of this case's parties"),
    "position": gettext_lazy("This part of the proposal does not exist any more"),
    "outcome": gettext_lazy("Choose what is decided"),
    "amount": gettext_lazy("Enter the sum that is decided on"),
    "too_much": gettext_lazy("Enter at most what the fee was or what was paid"),
}
BLOCKS = {
    "decision": gettext_lazy("Decision"),
    "facts": gettext_lazy("Facts"),
    "reasons": gettext_lazy("Reasons"),
    "law": gettext_lazy("Provisions applied"),
    "automatic": gettext_lazy("Automatic decision"),
}
SOURCES = {
    "library system": gettext_lazy("Library system"),
    "payments": gettext_lazy("Online payments"),
    "form": gettext_lazy("The person's own form"),
    "register": gettext_lazy("Register"),
}
_STEPS = {
    "opened": gettext_lazy("Entered in the register"),
    "prepared": gettext_lazy("Facts collected, proposal made"),
    "document_added": gettext_lazy("Document added"),
    "block_edited": gettext_lazy("Text of the proposal changed"),
    "outcome_chosen": gettext_lazy("Another outcome chosen"),
    "read": gettext_lazy("What the person sent was read"),
    "withdrawn": gettext_lazy("Proposal taken back"),
    "decided": gettext_lazy("The case was decided"),
    "corrected": gettext_lazy("Clerical error corrected"),
    "correction_started": gettext_lazy("Correction started"),
    "effect_done": gettext_lazy("Carried out"),
    "effect_refused": gettext_lazy("Could not be carried out: refused"),
    "effect_human": gettext_lazy("Could not be carried out: needs a person"),
    "effect_done_by_hand": gettext_lazy("Carried out by hand"),
    "effect_tried_again": gettext_lazy("To be carried out again"),
    "published": gettext_lazy("Published"),
    "personal_data_expired": gettext_lazy("Personal data taken off the web"),
    "closed": gettext_lazy("Closed"),
}


def case_tag(state: str) -> Tag:
    known = Case.State(state)
    return Tag(text=str(CASE_STATES[known]), colour=_CASE_COLOURS[known])


def effect_tag(state: str) -> Tag:
    text, colour = _EFFECTS[Effect.State(state)]
    return Tag(text=str(text), colour=colour)


def step_words(kind: str) -> str:
    return str(_STEPS.get(kind, kind))


def effect_words(effect: Effect, language: str) -> str:
    names = find_procedure(effect.decision.case.procedure).effect_names
    return in_language(names.get(effect.kind, {}), language) or effect.kind


def reported(procedure: Procedure, text: str, language: str) -> str:
    """What facts and effects report in English, as the procedure says it: a whole text, or a word before its number.

    What a person wrote, and what another system answered, stays as it is.
    """
    whole = in_language(procedure.words.get(text, {}), language)
    if whole:
        return whole
    word, _space, number = text.rpartition(" ")
    return f"{in_language(procedure.words.get(word, {}), language) or word} {number}".strip()


def reference_words(procedure: Procedure, reference: str, language: str) -> str:
    """What a fact was read from; the errand it came with has the same name in every procedure."""
    kind, _colon, number = reference.partition(":")
    if kind == "conversation":
        return _("errand %(number)s") % {"number": number}
    return reported(procedure, reference, language)


def source_words(source: str) -> str:
    return str(SOURCES.get(source, source))


def actor_words(actor: str, names: dict[int, str]) -> str:
    """Who took a step: an official by name, the machine as such."""
    kind, _colon, number = actor.partition(":")
    if kind == "staff" and number.isdigit():
        return names.get(int(number), _("An official"))
    if kind in ("worker", "automatic"):
        return _("Torget")
    return _("The person") if kind == "patron" else actor


def section_text(decision: Decision) -> str:
    return f"{decision.section} § {decision.year}"


def why_not_words(why: str | None) -> Any:
    return REFUSALS[why] if why else ""
