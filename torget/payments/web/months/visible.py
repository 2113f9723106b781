"""Which books an employee may see; those of others are as if there were none, and the try is audited."""

from django.http import Http404

from torget.foundation.cooperations.models import Municipality
from torget.foundation.staff.session import Staff, note_refusal
from torget.payments.core.months import Month, NotAMonth


def find_municipality(staff: Staff, slug: str) -> Municipality:
    """Raise Http404 for books of others."""
    found = Municipality.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    if not staff.access.may_see_books(found.pk):
        note_refusal(staff, action="view months", subject=f"months:{slug}", municipality_id=found.pk)
        raise Http404
    return found


def read_month(text: str) -> Month:
    """Raise Http404 for what is not a month."""
    try:
        return Month.from_text(text)
    except NotAMonth:
        raise Http404 from None
