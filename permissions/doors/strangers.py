"""Where a page sends somebody who is not logged in, whose screen is locked, or who has not accepted her duties."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from permissions.doors.draft import hold
from permissions.identity.phones import mask_phone


def to_login(request: HttpRequest) -> HttpResponse:
    """The login page, which leads back here afterwards."""
    return _away(request, reverse("login"))


def to_lock(request: HttpRequest) -> HttpResponse:
    """The lock page, which leads back here afterwards; a form that was just sent waits in it, sealed."""
    session = request.locked_session  # type: ignore[attr-defined]
    if request.method != "POST" or request.headers.get("HX-Request") or session.kiosk_since:
        return _away(request, reverse("lock"))
    context = {"person": session.user, "phone": mask_phone(session.user.phone), "held": hold(request), "next": ""}
    return render(request, "permissions/lock.html", context, status=401)


def to_proof(request: HttpRequest) -> HttpResponse:
    """Where one more proof is given, which leads back here afterwards."""
    return _away(request, reverse("prove"))


def to_duties(request: HttpRequest) -> HttpResponse:
    """The duties of the role, which lead back here once they are accepted."""
    return _away(request, reverse("duties"))


def _away(request: HttpRequest, address: str) -> HttpResponse:
    back = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    query = f"?{urlencode({'next': back})}" if back and back != "/" else ""
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = address + query
        return response
    return redirect(address + query)
