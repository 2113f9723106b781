"""An answer that is kept, as a response: the same text each time."""

import json

from django.http import HttpResponse

from torget.payments.api.answer_once import Answer


def reply(answer: Answer, *, location: str) -> HttpResponse:
    response = HttpResponse(json.dumps(answer.body), content_type="application/json", status=answer.status)
    response.headers["Location"] = location
    if answer.is_repeated:
        response.headers["Idempotent-Replayed"] = "true"
    return response
