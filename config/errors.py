"""Refusals and failures turned into HTTP: problem+json for programs, a page for people; the only place that knows a status."""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.settings import api_settings

from permissions.uploads import UploadTooLarge
from referral.views.rights import right_of
from vault.refusal import Refusal, Violation

log = logging.getLogger(__name__)
Answer = TypeVar("Answer", HttpResponse, Response)

# Every code of the interface and what HTTP calls it. A code that is missing here is a 422.
STATUS: Mapping[str, HTTPStatus] = {
    "invalid_input": HTTPStatus.BAD_REQUEST,
    "idempotency_key_required": HTTPStatus.BAD_REQUEST,
    "not_signed_in": HTTPStatus.UNAUTHORIZED,
    "session_locked": HTTPStatus.UNAUTHORIZED,
    "wrong_code": HTTPStatus.FORBIDDEN,
    "not_allowed": HTTPStatus.FORBIDDEN,
    "second_factor_required": HTTPStatus.UNAUTHORIZED,
    "duties_not_accepted": HTTPStatus.FORBIDDEN,
    "right_not_in_force": HTTPStatus.FORBIDDEN,
    "no_grant_on_target": HTTPStatus.FORBIDDEN,
    "csrf_failed": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "method_not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "not_acceptable": HTTPStatus.NOT_ACCEPTABLE,
    "stale_state": HTTPStatus.CONFLICT,
    "slot_not_available": HTTPStatus.CONFLICT,
    "already_exists": HTTPStatus.CONFLICT,
    "length_required": HTTPStatus.LENGTH_REQUIRED,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unsupported_media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "if_match_required": HTTPStatus.PRECONDITION_REQUIRED,
    "too_many_requests": HTTPStatus.TOO_MANY_REQUESTS,
    "server_error": HTTPStatus.INTERNAL_SERVER_ERROR,
    "busy": HTTPStatus.SERVICE_UNAVAILABLE,
    "outcome_unknown": HTTPStatus.SERVICE_UNAVAILABLE,
    "unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
}

DAYS = ("next_date", "later_date", "possible_from")  # of a violation
MOST_VIOLATIONS = 50  # of bad fields told at once; a list of a thousand wrong items is not answered item by item

TITLES: Mapping[HTTPStatus, Any] = {
    HTTPStatus.BAD_REQUEST: _("Please check what was entered"),
    HTTPStatus.UNAUTHORIZED: _("Please log in"),
    HTTPStatus.FORBIDDEN: _("Not allowed"),
    HTTPStatus.NOT_FOUND: _("Not found"),
    HTTPStatus.METHOD_NOT_ALLOWED: _("This address does not take that request"),
    HTTPStatus.NOT_ACCEPTABLE: _("This form of answer does not exist"),
    HTTPStatus.LENGTH_REQUIRED: _("Say how long it is"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: _("This kind of content is not read"),
    HTTPStatus.CONFLICT: _("Things have changed meanwhile"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("Too large"),
    HTTPStatus.UNPROCESSABLE_ENTITY: _("A rule does not allow this"),
    HTTPStatus.PRECONDITION_REQUIRED: _("Say which version you saw"),
    HTTPStatus.TOO_MANY_REQUESTS: _("Too many requests"),
    HTTPStatus.INTERNAL_SERVER_ERROR: _("We made a mistake"),
    HTTPStatus.SERVICE_UNAVAILABLE: _("Not available at the moment"),
}

# Codes of a lock or a pool that was busy: nothing was written, the same request may be sent again.
BUSY_SQLSTATES = {"55P03", "40P01", "40001", "57014", "53300"}


def status_of(refusal: Refusal) -> HTTPStatus:
    """The HTTP status of a refusal."""
    return STATUS.get(refusal.code, HTTPStatus.UNPROCESSABLE_ENTITY)


def problem(refusal: Refusal, request: HttpRequest) -> dict[str, Any]:
    """The problem+json body (RFC 9457) of a refusal."""
    status = status_of(refusal)
    body: dict[str, Any] = {
        "type": f"urn:referral:problem:{refusal.code}",
        "title": str(TITLES.get(status, status.phrase)),
        "status": int(status),
        "code": refusal.code,
        "detail": str(refusal.message),
        "request_id": getattr(request, "request_id", ""),
        "violations": [violation_body(violation) for violation in refusal.violations],
    }
    if refusal.current:
        body["current"] = refusal.current
    return body


def violation_body(violation: Violation) -> dict[str, Any]:
    """One violation as plain JSON; empty parts are left out."""
    body = {
        "code": violation.code,
        "field": violation.field,
        "message": str(violation.message),
        "remedy": str(violation.remedy),
        "rule": violation.rule,
        "source": str(violation.source),
        "article": violation.article,
        "quote": violation.quote,
        "count": violation.count,
        "limit": violation.limit,
        **{name: day.isoformat() for name in DAYS if (day := getattr(violation, name))},
    }
    return {name: value for name, value in body.items() if value not in ("", None)}


def refusal_of(error: Exception) -> Refusal | None:
    """The refusal an exception of Django, DRF or the database stands for, or None when it is a fault of ours."""
    if isinstance(error, Refusal):
        return error
    for kind, translate in TRANSLATED:
        if isinstance(error, kind):
            return translate(error)
    for kinds, code, message in NAMED:
        if isinstance(error, kinds):
            return Refusal(code, message)
    return None


def _invalid(error: Any) -> Refusal:
    violations = tuple(_field_errors(error.detail)[:MOST_VIOLATIONS])
    return Refusal("invalid_input", _("Some of what was entered needs another look."), violations)


def _field_errors(detail: Any, path: str = "") -> list[Violation]:
    if isinstance(detail, dict):
        items = [(_below(path, str(key)), value) for key, value in detail.items()]
    elif isinstance(detail, list) and any(isinstance(value, dict | list) for value in detail):
        items = [(_below(path, str(index)), value) for index, value in enumerate(detail)]
    else:
        messages = detail if isinstance(detail, list) else [detail]
        return [Violation("invalid_input", message, field=path) for message in messages]
    return [violation for name, value in items for violation in _field_errors(value, name)]


def _below(path: str, name: str) -> str:
    """drugs.0.name; what is wrong with a whole object stands at the object."""
    if name == api_settings.NON_FIELD_ERRORS_KEY:
        return path
    return f"{path}.{name}" if path else name


def _database(error: Any) -> Refusal:
    if getattr(error.__cause__, "sqlstate", None) in BUSY_SQLSTATES:
        return Refusal("busy", _("Somebody else was changing this at the same moment. Please try again."), retry_after=1)
    return Refusal("unavailable", _("The database did not answer. Nothing was changed by us; please try again."), retry_after=5)


def _throttled(error: Any) -> Refusal:
    return Refusal("too_many_requests", _("Please wait a moment."), retry_after=int(error.wait or 1))


def _unparsable(error: Any) -> Refusal:
    return Refusal("invalid_input", error.detail)


TRANSLATED: tuple[tuple[type[Exception], Callable[[Any], Refusal]], ...] = (
    (drf.ValidationError, _invalid),
    (drf.Throttled, _throttled),
    (drf.ParseError, _unparsable),
    (OperationalError, _database),
)

NAMED: tuple[tuple[tuple[type[Exception], ...], str, Any], ...] = (
    ((drf.NotAuthenticated, drf.AuthenticationFailed), "not_signed_in", _("Please log in first.")),
    ((drf.PermissionDenied, PermissionDenied), "not_allowed", _("Your role does not include this.")),
    ((drf.NotFound, Http404), "not_found", _("There is nothing here that you may see.")),
    ((drf.MethodNotAllowed,), "method_not_allowed", _("This address does not take that request.")),
    ((drf.NotAcceptable,), "not_acceptable", _("The answer is JSON.")),
    ((drf.UnsupportedMediaType,), "unsupported_media_type", _("Send JSON as application/json.")),
    ((UploadTooLarge,), "too_large", _("The files are larger than 25 MiB together.")),
    ((RequestDataTooBig,), "too_large", _("At most 64 KiB can be sent at once.")),
    ((SuspiciousOperation,), "invalid_input", _("The request was not well formed.")),
)


def problem_for(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every refusal as problem+json; a fault of ours goes on to the 500 handler."""
    refusal = refusal_of(error)
    if refusal is None:
        return None
    response = Response(problem(refusal, context["request"]), status=status_of(refusal))
    response.content_type = "application/problem+json"
    return with_headers(response, refusal)


def with_headers(response: Answer, refusal: Refusal) -> Answer:
    """Adds what a well-behaved client wants to know beside the body."""
    if refusal.retry_after is not None:
        response["Retry-After"] = str(refusal.retry_after)
    if refusal.code == "not_signed_in":
        response["WWW-Authenticate"] = "Bearer"
    return response


class RefusalMiddleware:
    """Turns a refusal that flew out of a page into a page with the same status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        refusal = refusal_of(error)
        if refusal is None:
            return None
        return shown_again(request, refusal) or answer(request, refusal)


def shown_again(request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
    """The page that was refused, with everything typed still in it: a form page leaves `request.refused` to draw itself."""
    draw: Callable[[Refusal], HttpResponse | None] | None = getattr(request, "refused", None)
    try:
        page = draw(refusal) if draw else None
    except Refusal as hidden:  # what the form is about is nothing this person may see
        return answer(request, hidden)
    if page is None:
        return None
    page.status_code = status_of(refusal)
    return with_headers(page, refusal)


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal as the reader wants it: JSON under /api/, a page elsewhere."""
    status = status_of(refusal)
    if request.path.startswith("/api/"):
        body: HttpResponse = JsonResponse(problem(refusal, request), status=status, content_type="application/problem+json")
    elif refusal.code == "right_not_in_force" and getattr(request, "acting", None):
        right = right_of(request.acting)  # type: ignore[attr-defined]
        body = render(request, "referral/right_closed.html", {"refusal": refusal, "right": right}, status=status)
    else:
        body = render(
            request, template_for(status), {"refusal": refusal, "title": TITLES.get(status, ""), "status": int(status)}, status=status
        )
    return with_headers(body, refusal)


def template_for(status: HTTPStatus) -> list[str]:
    """The page of a status, or the general one."""
    return [f"errors/{int(status)}.html", "errors/error.html"]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, refusal_of(exception) or Refusal("invalid_input", _("The request was not well formed.")))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, refusal_of(exception) or Refusal("not_allowed", _("Your role does not include this.")))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, refusal_of(exception) or Refusal("not_found", _("There is nothing here that you may see.")))


def server_error(request: HttpRequest) -> HttpResponse:
    log.error("unhandled failure in request %s", getattr(request, "request_id", "-"))
    return answer(request, Refusal("server_error", _("This did not work. Nothing was half saved; please try again.")))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open too long or came from elsewhere."""
    log.info("form refused in request %s: %s", getattr(request, "request_id", "-"), reason)
    return answer(request, Refusal("csrf_failed", _("This page was open too long. Please load it again and repeat the step.")))
