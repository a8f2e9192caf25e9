"""A form that was sent to a locked screen: sealed, carried through unlocking, and offered again to its owner."""

import base64
import binascii
import json
from dataclasses import dataclass

from django.http import HttpRequest

from permissions.models import Session
from vault.crypto import Undecipherable, decrypt, encrypt

PURPOSE = "draft"
NOT_KEPT = frozenset({"csrfmiddlewaretoken"})


@dataclass(frozen=True, slots=True)
class Draft:
    """Where the form goes and what stood in it, in order."""

    path: str
    fields: list[tuple[str, str]]


def hold(request: HttpRequest) -> str:
    """The posted fields, sealed so that nobody at the locked screen can read them in the page; files are not kept."""
    fields = [[name, value] for name in request.POST for value in request.POST.getlist(name) if name not in NOT_KEPT]
    session = request.locked_session  # type: ignore[attr-defined]
    text = json.dumps({"session": str(session.public_id), "path": request.get_full_path(), "fields": fields}, ensure_ascii=False)
    return base64.urlsafe_b64encode(encrypt(text, PURPOSE)).decode()


def released(sealed: str, session: Session) -> Draft | None:
    """The form again, for the session it was sent in; None when there is none or it is not ours."""
    if not sealed:
        return None
    try:
        held = json.loads(decrypt(base64.urlsafe_b64decode(sealed.encode()), PURPOSE))
    except (binascii.Error, Undecipherable, UnicodeError, ValueError):
        return None
    if held["session"] != str(session.public_id):
        return None
    return Draft(held["path"], [(name, value) for name, value in held["fields"]])
