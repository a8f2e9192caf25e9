"""How the reader wants it: the language and the size of type, each remembered in a cookie."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from permissions.accounts import prefer_language
from permissions.doors import PUBLIC, Page

YEAR = 365 * 24 * 3600


class ChooseLanguage(Page):
    """Changes the language and comes back; an unknown language changes nothing."""

    policies = {"POST": PUBLIC}

    def post(self, request: HttpRequest) -> HttpResponse:
        language = request.POST.get("language", "")
        known = language in dict(settings.LANGUAGES)
        acting = getattr(request, "acting", None)
        if known and acting:
            prefer_language(acting.user, language)
        return remember(back(request), settings.LANGUAGE_COOKIE_NAME, language) if known else back(request)


class ChooseDisplay(Page):
    """Turns large type on or off and comes back."""

    policies = {"POST": PUBLIC}

    def post(self, request: HttpRequest) -> HttpResponse:
        return remember(back(request), "large", "1" if request.POST.get("large") == "1" else "0")


def back(request: HttpRequest) -> HttpResponse:
    """To the page the reader came from, when it is one of ours."""
    address = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(address if ours else "/")


def remember(response: HttpResponse, name: str, value: str) -> HttpResponse:
    """Keeps a choice for a year; the page's script may read it."""
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=settings.SECURE)
    return response
