"""The key of a request: who calls, with how much of the minute left; and what each operation asks of it."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from torget.payments.api.answer_once import Request
from torget.payments.api.caller import Caller, UnknownKey, find_caller, use_allowance
from torget.payments.api.scopes import Scope
from torget.payments.api.v1.problems import ApiProblem, Problem


class ClientKey(HttpBearer):
    """Reads `Authorization: Bearer torget_…`."""

    def __call__(self, request: HttpRequest) -> Any:
        # Ours, so that a missing header and a wrong key get the same answer.
        header = request.headers.get("Authorization", "")
        scheme, _, key = header.partition(" ")
        return self.authenticate(request, key.strip() if scheme.lower() == "bearer" else "")

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        now = timezone.now()
        try:
            caller = find_caller(key=token, now=now)
        except UnknownKey:
            raise ApiProblem(Problem.UNAUTHORIZED) from None
        allowance = use_allowance(caller, now)
        request.allowance = allowance  # type: ignore[attr-defined]  # read by the frame, for the header fields
        if allowance.is_over:
            raise ApiProblem(Problem.TOO_MANY_REQUESTS)
        return caller


def caller_of(request: HttpRequest, scope: Scope | None = None) -> Caller:
    """Who calls, if the key has the scope. Raise ApiProblem."""
    caller: Caller = request.auth  # type: ignore[attr-defined]  # set by django-ninja
    if scope is not None and scope not in caller.scopes:
        raise ApiProblem(Problem.MISSING_SCOPE, more={"scope": scope.value})
    return caller


def request_of(request: HttpRequest, caller: Caller, idempotency_key: str) -> Request:
    return Request(
        client_id=caller.client_id,
        key=idempotency_key,
        method=request.method or "",
        path=request.path,
        body=request.body,
    )
