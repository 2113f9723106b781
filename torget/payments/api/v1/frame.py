"""What stands around every operation: the content type before it, the header fields after it, problems for the rest."""

import json
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja.responses import NinjaJSONEncoder

from torget.payments.api.v1.interface import api
from torget.payments.api.v1.problems import Problem, problem_response

View = Callable[..., HttpResponseBase]


def _is_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json" and (request.content_params or {}).get(
        "charset", "utf-8"
    ).lower() in ("utf-8", "utf8")


def _has_body(request: HttpRequest) -> bool:
    return request.method == "POST" and request.headers.get("Content-Length", "0") not in ("", "0")


def framed(view: View) -> View:
    """No cookie opens anything here, so no other page can act in somebody's name: there is no CSRF to guard against."""

    @csrf_exempt
    @wraps(view)
    def inner(request: HttpRequest, **named: Any) -> HttpResponseBase:
        if _has_body(request) and not _is_json(request):
            response: HttpResponseBase = problem_response(Problem.UNSUPPORTED_MEDIA_TYPE)
        else:
            response = view(request, **named)
        if response.status_code == 405 and response.headers.get("Allow"):
            allowed = response.headers["Allow"]
            response = problem_response(Problem.METHOD_NOT_ALLOWED)
            response.headers["Allow"] = allowed
        return _with_headers(request, response)

    return inner


def _with_headers(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    response.headers["Cache-Control"] = "no-store"
    allowance = getattr(request, "allowance", None)
    if allowance is not None:
        response.headers["RateLimit-Policy"] = f'"minute";q={allowance.limit};w=60'
        response.headers["RateLimit"] = f'"minute";r={allowance.left};t={allowance.resets_in_seconds}'
        if allowance.is_over:
            response.headers["Retry-After"] = str(allowance.resets_in_seconds)
    return response


@csrf_exempt
def nothing_here(_request: HttpRequest) -> HttpResponse:
    return problem_response(Problem.NOT_FOUND)


@cache
def _described() -> dict[str, Any]:
    """Made once in a process: nothing in it changes while that runs."""
    described: dict[str, Any] = json.loads(
        json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), cls=NinjaJSONEncoder)
    )
    return described


def description(request: HttpRequest) -> HttpResponseBase:
    """For anybody: it holds no secret, and tools must be able to read it."""
    if request.method not in ("GET", "HEAD"):
        response = problem_response(Problem.METHOD_NOT_ALLOWED)
        response.headers["Allow"] = "GET, HEAD"
        return response
    return JsonResponse(_described())


def urlpatterns() -> list[URLPattern]:
    """All addresses below api/v1/."""
    operations, _app, _namespace = api.urls
    return [
        path("openapi.json", csrf_exempt(description), name="api-description"),
        *(
            path(str(one.pattern), framed(one.callback), name=one.name)
            for one in operations
            if isinstance(one, URLPattern) and str(one.pattern)
        ),
        re_path("", nothing_here, name="api-nothing"),
    ]
