"""The cookies of a browser that is logged in, and where it goes next."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from permissions.sessions import KNOWN_BROWSER_DAYS
from permissions.visit import known_browser_cookie

DAY = 86400


def give_key(response: HttpResponse, key: str) -> HttpResponse:
    """The session's key, unreadable for scripts, for as long as a session can last."""
    return _give(response, settings.SESSION_COOKIE_NAME, key, settings.SESSION_ABSOLUTE_HOURS * 3600)


def mark_known(response: HttpResponse, key: str) -> HttpResponse:
    """The mark of a browser its person has used; it opens nothing."""
    return _give(response, known_browser_cookie(), key, KNOWN_BROWSER_DAYS * DAY)


def take_key(response: HttpResponse) -> HttpResponse:
    """Logged out: the key leaves the browser, the mark stays."""
    response.delete_cookie(settings.SESSION_COOKIE_NAME, samesite="Lax")
    return response


def safe_next(request: HttpRequest, address: str) -> str:
    """An address of ours, or the first page."""
    ours = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return address if ours else "/"


def _give(response: HttpResponse, name: str, value: str, seconds: int) -> HttpResponse:
    response.set_cookie(name, value, max_age=seconds, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax")
    return response
