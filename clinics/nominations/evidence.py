"""Reads what an institution hands in: certificate, wishes, note and papers, with every fault told at once."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clinics.right_queries import targets_named
from permissions.attachments import Paper, read_paper
from permissions.identity.licences import clean_licence
from permissions.models.evidence import LARGEST_FILE, NOTE_LENGTH
from permissions.nominations import MOST_PAPERS, Evidence
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


def read_papers(files: Iterable[Any], field: str = "file") -> list[Paper]:
    """The files of an upload, judged by content. A file that cannot be kept is named in the sentence."""
    uploaded = list(files)
    if len(uploaded) > MOST_PAPERS:
        raise invalid(field, _("At most %(n)d files can be handed in.") % {"n": MOST_PAPERS})
    return [read_paper(one.name or "", one.read(LARGEST_FILE + 1), field) for one in uploaded]
