"""Errors of the API as problem details (RFC 9457), with every problem of a request in ``errors``."""

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from generation.errors import GenerationError
from studio.brief import BriefError

logger = logging.getLogger(__name__)

TITLES = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    413: "The request is too large",
    415: "Wrong content type",
    422: "The request has problems",
    429: "Too many requests",
    500: "Something broke on our side",
    503: "Too busy at the moment",
}


def problem_from_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the problem document for an exception raised in an API view; none lets a fault become a 500."""
    headers: dict[str, str] = {}
    if isinstance(error, BriefError):
        rows = [_row(problem.field, problem.code, problem.message, problem.allowed) for problem in error.problems]
        response = problem(422, "invalid", "Some fields need another value; each is named in errors.", rows)
    elif isinstance(error, GenerationError):
        response = problem(error.status, error.code, str(error))
    elif isinstance(error, Http404):
        response = problem(404, "not_found", str(error) if error.args and isinstance(error.args[0], str) else "")
    elif isinstance(error, RequestDataTooBig):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024
        response = problem(413, "too_large", f"The body is larger than {most} kB.")
    elif isinstance(error, PermissionDenied):
        response = problem(403, "permission_denied", "You may not do this.")
    elif isinstance(error, exceptions.ValidationError):
        response = problem(422, "invalid", "Some fields need another value; each is named in errors.", _flat(error))
    elif isinstance(error, exceptions.APIException):
        if auth := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = auth
        if wait := getattr(error, "wait", None):
            headers["Retry-After"] = str(int(wait) + 1)
        codes = error.get_codes()
        response = problem(error.status_code, codes if isinstance(codes, str) else "invalid", str(error.detail))
    else:
        return None
    set_rollback()
    for name, value in headers.items():
        response[name] = value
    return response


def problem(status: int, code: str, detail: str, errors: list[dict[str, Any]] | None = None) -> Response:
    """Return a problem document; ``code`` is stable, ``detail`` is for people."""
    body: dict[str, Any] = {
        "type": f"urn:songwright:problem:{code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail or TITLES.get(status, "Error"),
    }
    if errors is not None:
        body["errors"] = errors
    return Response(body, status=status, content_type="application/problem+json")


def no_such_route(request: HttpRequest) -> JsonResponse:
    """Answer for an address under /api that leads nowhere."""
    return _outside_views(404, "not_found", "There is nothing at this address; /api/docs lists what there is.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what was refused before any view: a problem under /api, a page elsewhere."""
    if request.path.startswith("/api/"):
        return _outside_views(400, "bad_request", "")
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours: a problem under /api, a page elsewhere."""
    if request.path.startswith("/api/"):
        return _outside_views(500, "server_error", "It has been noted; try again in a minute.")
    return defaults.server_error(request)


def _outside_views(status: int, code: str, detail: str) -> JsonResponse:
    answer = problem(status, code, detail)
    return JsonResponse(answer.data, status=status, content_type=answer.content_type)


def _flat(error: exceptions.ValidationError) -> list[dict[str, Any]]:
    details = error.detail if isinstance(error.detail, dict) else {"": error.detail}
    return [
        _row(field, getattr(message, "code", "invalid"), str(message), None)
        for field, messages in details.items()
        for message in (messages if isinstance(messages, list) else [messages])
    ]


def _row(field: str, code: str, message: str, allowed: Any) -> dict[str, Any]:
    return {
        "field": field,
        "code": code,
        "message": message,
        "allowed": list(allowed) if isinstance(allowed, tuple | set) else allowed,
    }
