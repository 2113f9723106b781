"""Send the link of a draft to whoever fills it in, a few times a day at most: the address is anybody's."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from torget.foundation.core.languages import in_language
from torget.foundation.notify.models import OutgoingEmail
from torget.service.core.service_types import find_service_type
from torget.service.forms.models import Draft

TIMES_MAX = 3
WITHIN = timedelta(days=1)


def mail_draft_link(*, draft: Draft, email: str, link: str, language: str, at: datetime) -> bool:
    """False if it has been sent often enough."""
    about = f"draft:{draft.pk}:"
    before = OutgoingEmail.objects.filter(about__startswith=about)
    if before.filter(created_at__gt=at - WITHIN).count() >= TIMES_MAX:
        return False
    with override(language):
        name = in_language(find_service_type(draft.form.service_type).names, language)
        body = _(
            "Here is the link to what you have begun to write. Whoever has the link can go on with it, so do not pass "
            "it on. It is kept for 30 days after your last change."
        )
        OutgoingEmail.objects.create(
            created_at=at,
            recipient=email,
            subject=(_("Your draft: %(name)s") % {"name": name})[:200],
            body=f"{body}\n\n{link}\n",
            about=f"{about}{before.count() + 1}",
        )
    return True
