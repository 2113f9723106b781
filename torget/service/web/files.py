"""Hand a file out so that no browser runs anything that lies in it."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from torget.service.forms.models import Attachment


def attachment_response(attachment: Attachment) -> HttpResponse:
    """Only for a file that is clean: whoever calls this has asked the state in the query."""
    response = HttpResponse(bytes(attachment.content), content_type=attachment.media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, attachment.name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
