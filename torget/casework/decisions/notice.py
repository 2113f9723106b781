"""Tell a party of a decision: an e-mail with the address where it can be read, never with its content."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from torget.casework.core.deadlines import NoticeChannel
from torget.casework.decisions.models import Decision
from torget.casework.decisions.words import NOTICE_BODY, NOTICE_SUBJECT
from torget.foundation.core.languages import in_language
from torget.foundation.notify.models import OutgoingEmail


def queue_notice(decision: Decision, tokens: Mapping[str, str], at: datetime) -> bool:
    """Into the out-box with the signature itself. False when there is no address or another way was chosen."""
    recipient = tokens.get("party.1.email", "")
    if decision.notice_channel != NoticeChannel.ELECTRONIC or not recipient:
        return False
    case = decision.case
    languages = ("sv", "fi") if case.language == "sv" else ("fi", "sv") if case.language == "fi" else ("en", "fi", "sv")
    last = decision.last_day_to_appeal
    places = {
        "number": case.number,
        "section": f"{decision.section} § {decision.year}",
        "url": f"{settings.PUBLIC_URL}{reverse('party-decision', args=[decision.token])}",
        "last_day": f"{last.day}.{last.month}.{last.year}" if last else "–",
        "contact": f"{decision.decision_maker.contact_email}, {decision.decision_maker.contact_phone}",
    }
    parts = [
        in_language(NOTICE_BODY, language).format(municipality=case.municipality.name(language), **places)
        for language in languages
    ]
    OutgoingEmail.objects.create(
        created_at=at,
        recipient=recipient,
        subject=in_language(NOTICE_SUBJECT, languages[0]).format(**places)[:200],
        body="\n\n— — —\n\n".join(parts),
        about=f"decision:{decision.pk}",
    )
    return True
