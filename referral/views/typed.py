"""Reads what a form sent: texts that can be stored and shown, days, versions; faults fly as `invalid_input`."""

from collections.abc import Container, Iterable, Mapping
from datetime import date
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from permissions.doors.fields import ID, typed_day
from permissions.doors.serializers import unprintable_in
from vault.refusal import Refusal, Violation, invalid


def text(request: HttpRequest, name: str) -> str:
    """One field as typed, without blanks around it, line ends as one character."""
    return request.POST.get(name, "").replace("\r\n", "\n").strip()


def printable_texts(request: HttpRequest, names: Iterable[str], *, one_line: Container[str] = ()) -> dict[str, str]:
    """Several fields, each as typed. Refuses what cannot be stored or shown, all at once."""
    found = {name: text(request, name) for name in names}
    check_printable(found, one_line=one_line)
    return found


def check_printable(texts: Mapping[str, str], *, one_line: Container[str] = ()) -> None:
    """Promise that no text holds a character that cannot be stored or shown, nor a line end where one line is asked for.

    Refuses with one violation a field.
    """
    faults = [
        Violation("invalid_input", _("This holds a character that cannot be stored or shown."), field=name)
        for name, value in texts.items()
        if unprintable_in(value, lines=name not in one_line)
    ]
    if faults:
        raise Refusal("invalid_input", _("Some of what was entered needs another look."), tuple(faults))


def day(request: HttpRequest, name: str) -> date:
    """A day as the browser's own field sends it."""
    return typed_day(name, text(request, name))


def version(request: HttpRequest) -> int:
    """The version of the object that the page showed."""
    value = request.POST.get("version", "")
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise invalid("version", _("This page is not complete. Please load it again."))
    return int(value)


def public_id(request: HttpRequest, name: str) -> UUID:
    """A public id that the page offered."""
    value = request.POST.get(name, "")
    if not ID.match(value):
        raise invalid(name, _("Choose one of those shown."))
    return UUID(value)
