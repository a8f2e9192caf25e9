"""Reads what a form or an address of the register said: texts that can be stored and shown, ids, versions, filters."""

from collections.abc import Container, Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from permissions.doors.fields import ID
from permissions.doors.serializers import unprintable_in
from vault.faults import Faults
from vault.refusal import Refusal, Violation, invalid

LONGEST_SEARCH = 50
Options = list[tuple[str, Any]]


def texts(request: HttpRequest, names: Iterable[str], *, several_lines: Container[str] = ()) -> dict[str, str]:
    """Fields as typed, without blanks around them. Refuses what cannot be stored or shown, all at once."""
    faults, found = Faults(), {}
    for name in names:
        found[name] = request.POST.get(name, "").replace("\r\n", "\n").strip()
        if unprintable_in(found[name], lines=name in several_lines):
            faults.add(invalid(name, _("This holds a character that cannot be stored or shown.")))
    faults.tell()
    return found


def version(request: HttpRequest) -> int:
    """The version of the object that the page was drawn with."""
    text = request.POST.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise invalid("version", _("The page was incomplete. Please load it again."))
    return int(text)


def id_or_none(text: str) -> UUID | None:
    """A public id, or None for whatever is none: an address somebody changed by hand filters nothing."""
    return UUID(text) if ID.match(text) else None


def chosen_id(request: HttpRequest, name: str) -> UUID | None:
    """A public id that the page offered, None when nothing was chosen. Refuses with `invalid_input`."""
    text = request.POST.get(name, "")
    if text and not ID.match(text):
        raise invalid(name, _("Choose one of those shown."))
    return UUID(text) if text else None


def chosen_ids(request: HttpRequest, name: str) -> list[UUID]:
    """Several of them."""
    given = request.POST.getlist(name)
    if any(not ID.match(text) for text in given):
        raise invalid(name, _("Choose one of those shown."))
    return [UUID(text) for text in given]


def search_in(data: QueryDict) -> str:
    """The words of a search, as far as they can be searched."""
    return data.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]


def one_of(data: QueryDict, name: str, choices: Container[str]) -> str:
    """A filter's choice; what is none of them filters nothing."""
    text = data.get(name, "")
    return text if text in choices else ""


def errors_in(refusal: Refusal | None) -> dict[str, Any]:
    """What a template needs to show a refusal: all faults above the form, each beside its field."""
    if refusal is None:
        return {"violations": [], "errors": {}}
    violations = refusal.violations or (Violation(refusal.code, refusal.message),)
    return {
        "refusal": refusal,
        "violations": violations,
        "errors": {violation.field: violation.message for violation in reversed(violations) if violation.field},
    }
