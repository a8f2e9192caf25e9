"""What a browser holds between asking for a code and entering it: sealed in one short-lived cookie."""

import base64
import binascii
import json
from dataclasses import asdict, dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from vault.crypto import Undecipherable, decrypt, encrypt

PURPOSE = "ticket"


@dataclass(frozen=True, slots=True)
class Ticket:
    """The challenge, the number it was sent to (for asking again), and where to go afterwards."""

    handle: str
    phone: str
    purpose: str
    next: str = ""


def cookie_name() -> str:
    """Bound to this host where the site is secure."""
    return "__Host-ticket" if settings.SESSION_COOKIE_SECURE else "ticket"


def give(response: HttpResponse, ticket: Ticket) -> HttpResponse:
    """Hands the ticket to the browser for as long as a code counts."""
    sealed = base64.urlsafe_b64encode(encrypt(json.dumps(asdict(ticket)), PURPOSE)).decode()
    response.set_cookie(
        cookie_name(), sealed, max_age=settings.OTP_SECONDS, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
    return response


def ticket_of(request: HttpRequest, purpose: str) -> Ticket | None:
    """The browser's ticket for this purpose, or None."""
    try:
        sealed = base64.urlsafe_b64decode(request.COOKIES.get(cookie_name(), "").encode())
        ticket = Ticket(**json.loads(decrypt(sealed, PURPOSE) or "null"))
    except (binascii.Error, Undecipherable, UnicodeError, ValueError, TypeError):
        return None
    return ticket if ticket.purpose == purpose else None


def take_back(response: HttpResponse) -> HttpResponse:
    """The ticket is used."""
    response.delete_cookie(cookie_name(), samesite="Lax")
    return response
