"""Lets DRF see the person whom the session middleware already knows, and asks cookies for their CSRF token."""

from typing import Any

from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request


class SessionOrBearer(BaseAuthentication):
    """The session of the request, by cookie or by `Authorization: Bearer`; only a cookie needs a CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        acting = getattr(request._request, "acting", None)
        somebody = acting or getattr(request._request, "locked_session", None)
        if somebody and getattr(request._request, "came_by_cookie", True):
            self._check_csrf(request)
        return (acting.user, acting.session) if acting else None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

    def _check_csrf(self, request: Request) -> None:
        check = CSRFCheck(lambda _request: None)  # type: ignore[arg-type]
        check.process_request(request._request)
        reason = check.process_view(request._request, None, (), {})  # type: ignore[arg-type]
        if reason:
            raise PermissionDenied("csrf")
