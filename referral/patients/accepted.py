"""Which documents a resident is registered with on a day, as her district accepts them; whoever is registered stays (R024, R103, C20)."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from clinics import policy
from permissions.acting import Acting
from permissions.identity.documents import Document, DocumentType
from referral.parameters import IDENTITY_DOCUMENTS
from vault.refusal import invalid


def accepted_kinds(by: Acting, today: date) -> frozenset[str]:
    """The kinds the district of the acting unit accepts on a day; one query."""
    place: Any = by.post.institution if by.post else None
    found: frozenset[str] = policy.value(IDENTITY_DOCUMENTS, at=today, district=place.district if place else None)
    return found


def require_accepted(document: Document | None, kinds: Collection[str], field: str = "document.type") -> None:
    """Refuse with `invalid_input` a document of another kind than these; the kind is the one the number itself says."""
    if document is None or document.type in kinds:
        return
    message = _("With this document nobody is registered here: %(kind)s.") % {"kind": document.type.label}
    remedy = _("Ask for one of these: %(kinds)s.") % {"kinds": said(kinds)}
    raise invalid(field, message, remedy=remedy)


def choices_of(kinds: Collection[str]) -> list[tuple[str, Any]]:
    """The kinds as a form offers them, in the order of the documents."""
    return [(kind, label) for kind, label in DocumentType.choices if kind in kinds]


def said(kinds: Collection[str]) -> str:
    """The kinds in words."""
    return pgettext("list", ", ").join(str(label) for _kind, label in choices_of(kinds))
