"""Where providers send the reports we ordered."""

from collections.abc import Iterator
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from torget.payments.core.ports import BadMessage
from torget.payments.core.settlement import FileRefused
from torget.payments.settlement.fetch import NoSuchOrder, receive_report
from torget.payments.settlement.storage import PIECE_BYTES
from torget.payments.web.reconciliation.waking import wake_reading


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    while piece := request.read(PIECE_BYTES):
        yield piece


@csrf_exempt
@never_cache
@require_POST
def settlement_report(request: HttpRequest, token: UUID) -> HttpResponse:
    """200 for what we have, also a second time; 400 without details for what we do not believe."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        receive_report(token=token, headers=headers, pieces=_pieces(request), at=timezone.now())
    except (NoSuchOrder, BadMessage, FileRefused):
        return HttpResponse(status=400)
    wake_reading()
    return HttpResponse(status=200)
