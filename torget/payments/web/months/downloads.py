"""The files of a closed month: given as they were first made, or made now."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.payments.closing.files import (
    CONTENT_TYPES,
    FileKind,
    MayNotSee,
    NoColumnMap,
    file_name,
    kept_file,
    month_file,
)
from torget.payments.closing.models import ClosedMonth, MonthFile
from torget.payments.core.journal_file import BadColumnMap
from torget.payments.web.months.visible import find_municipality, read_month


def _answer(file: MonthFile) -> HttpResponse:
    response = HttpResponse(bytes(file.content), content_type=CONTENT_TYPES[FileKind(file.kind)])
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(file)}"'
    return response


@staff_page
@require_safe
def download(request: HttpRequest, staff: Staff, slug: str, text: str, kind: str) -> HttpResponse:
    municipality, month = find_municipality(staff, slug), read_month(text)
    closed = (
        ClosedMonth.objects.select_related("municipality").filter(municipality=municipality, month=str(month)).first()
    )
    if closed is None or kind not in FileKind._value2member_map_:
        raise Http404
    try:
        file = month_file(
            closed=closed,
            kind=FileKind(kind),
            language=get_language() or "fi",
            access=staff.access,
            at=timezone.now(),
        )
    except NoColumnMap:
        messages.info(request, _("Say first how your accounting system wants the file, and save it."))
    except BadColumnMap:
        messages.error(
            request, _("The column map cannot make this month's file. See what is missing, and save it anew.")
        )
    else:
        return _answer(file)
    return HttpResponseRedirect(f"{reverse('staff-column-map', args=[slug, kind])}?month={month}")


@staff_page
@require_safe
def download_again(_request: HttpRequest, staff: Staff, file_id: int) -> HttpResponse:
    try:
        file = kept_file(file_id=file_id, access=staff.access, at=timezone.now())
    except (MonthFile.DoesNotExist, MayNotSee):
        note_refusal(staff, action="download month file", subject=f"month file:{file_id}")
        raise Http404 from None
    return _answer(file)
