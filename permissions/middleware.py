"""What happens to every request first: its number, its person, its language, and headers that keep pages private."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from permissions.factors.required import IDLE, PROOF
from permissions.kiosk import is_kiosk, stands_in_a_hall
from permissions.recognition import Recognised, recognise
from permissions.session_store import SessionStore
from permissions.sessions import catch_up, touch

GetResponse = Callable[[HttpRequest], HttpResponse]
SPEAKABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
BEARER = "Bearer "
FOR_EVERYBODY = ("/public/", "/api/v1/public/")
FEATURES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class RequestIdMiddleware:
    """Numbers each request so that a person can read it out: R-MMDD-HHMMSS-XXXX, in the time of Shanghai."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = new_request_id()  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response


def new_request_id() -> str:
    """A number nobody has to spell twice; unique enough to find one line in a day's log."""
    return f"R-{timezone.localtime():%m%d-%H%M%S}-{''.join(secrets.choice(SPEAKABLE) for _ in range(4))}"


class CookielessMiddleware:
    """Answers for everybody: below these addresses no cookie and no key is read and none is set, so that anybody may keep them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(FOR_EVERYBODY):
            return self.get_response(request)
        for header in ("HTTP_COOKIE", "HTTP_AUTHORIZATION"):
            request.META.pop(header, None)
        response = self.get_response(request)
        response.cookies.clear()
        response.headers.pop("Vary", None)
        return response


class SessionMiddleware:
    """Puts the person on the request: `user`, `acting` (None for strangers and locked screens) and `locked_session`.

    A device in a hall is a locked screen to every page but its own, and those know nobody but its `acting`.

    A bearer token counts alone: with one, the cookie is not read, so that no page elsewhere can ride on it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        recognised = recognise(_key_of(request))
        _introduce(request, recognised)
        response = self.get_response(request)
        if request.session.modified:
            request.session.save()
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", FEATURES)
        return response


def _key_of(request: HttpRequest) -> str:
    header = request.headers.get("Authorization", "")
    request.came_by_cookie = not header  # type: ignore[attr-defined]
    if header:
        return header.removeprefix(BEARER) if header.startswith(BEARER) else ""
    return request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")


def _introduce(request: HttpRequest, recognised: Recognised | None) -> None:
    session = recognised.session if recognised else None
    open_now = recognised is not None and not recognised.locked and not recognised.session.proof_due
    if is_kiosk(session):
        open_now = open_now and stands_in_a_hall(request.path_info)
    request.user = session.user if session and open_now and not is_kiosk(session) else AnonymousUser()
    request.session = SessionStore(row=session)
    request.acting = recognised.acting if recognised and open_now else None  # type: ignore[attr-defined]
    request.accepted_duties = recognised.duties if recognised and open_now else frozenset()  # type: ignore[attr-defined]
    request.acting_choices = recognised.roles if recognised and open_now else ()  # type: ignore[attr-defined]
    request.locked_session = session if not open_now else None  # type: ignore[attr-defined]
    request.locked_why = PROOF if session and session.proof_due else IDLE  # type: ignore[attr-defined]
    request.rights_changed = bool(recognised and open_now and recognised.changed)  # type: ignore[attr-defined]
    if recognised and open_now:
        if recognised.unnoted:
            touch(recognised.session)
        if recognised.changed:
            catch_up(recognised.session)


class LanguageMiddleware:
    """Chinese, unless the reader chose otherwise: in her account, by the switch on the page, or (programs) by Accept-Language.

    A browser's own setting does not count for pages: the clinic's computers are often set to English by whoever installed
    them, and the people in front of them read Chinese.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def language_of(request: HttpRequest) -> str:
    """The first of these that names a language we have."""
    wishes = [getattr(request.user, "language", ""), request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")]
    if request.path.startswith("/api/") and "Accept-Language" in request.headers:
        wishes.append(translation.get_language_from_request(request))
    known = dict(settings.LANGUAGES)
    return next((wish for wish in wishes if wish in known), settings.LANGUAGE_CODE)
