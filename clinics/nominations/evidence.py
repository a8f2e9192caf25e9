"""Reads what an institution hands in: certificate, wishes and note, with every fault told at once."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from clinics.right_queries import targets_named
from permissions.identity.licences import clean_licence
from permissions.models.evidence import NOTE_LENGTH
from permissions.nominations import Evidence
from permissions.printable import unprintable_in
from vault.faults import Faults
from vault.refusal import invalid

MOST_WISHES = 100


def read_evidence(licence: str, note: str, wishes: Sequence[tuple[str, UUID]], faults: Faults | None = None) -> Evidence:
    """The clean evidence. Refuses with `invalid_input`, every field at once; faults found before are told with them."""
    found = faults or Faults()
    number = found.of(clean_licence, licence)
    said = found.of(clean_note, note)
    found.of(targets_named, wishes[:MOST_WISHES])
    found.tell()
    return Evidence(number or "", tuple(dict.fromkeys(wishes)), said or "")


def clean_note(text: str, field: str = "note") -> str:
    """What the institution wants to say beside the form, in a few lines."""
    note = text.replace("\r\n", "\n").strip()
    if len(note) > NOTE_LENGTH:
        raise invalid(field, _("Write at most %(n)d characters.") % {"n": NOTE_LENGTH})
    if unprintable_in(note):
        raise invalid(field, _("The text holds a character that cannot be stored."))
    return note
