"""What may be handed in as a paper: judged by its content, small enough, with a name that does no harm."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import puremagic
from django.utils.translation import gettext_lazy as _

from permissions.models.papers import LARGEST_FILE, NAME_LENGTH, KeptPaper
from vault.refusal import Refusal, invalid

Kind = KeptPaper.Kind
KINDS = {"application/pdf": Kind.PDF, "image/jpeg": Kind.JPEG, "image/png": Kind.PNG}
MEDIA_TYPES = {kind: media_type for media_type, kind in KINDS.items()}
ENDINGS = {Kind.PDF: ".pdf", Kind.JPEG: ".jpg", Kind.PNG: ".png"}
STARTS = {Kind.PDF: b"%PDF-", Kind.JPEG: b"\xff\xd8\xff", Kind.PNG: b"\x89PNG\r\n\x1a\n"}
# What makes a PDF more than paper: programs, other files inside, actions when it is opened, a password.
ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|Encrypt)(?![A-Za-z])")
NOT_IN_A_NAME = re.compile(r'[<>:"|?*%;&$`{}\s]+')
LONGEST_STEM = NAME_LENGTH - 10
MIB = LARGEST_FILE // (1024 * 1024)


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that may be kept."""

    name: str
    kind: Kind
    content: bytes


def read_papers(files: Iterable[Any], most: int, field: str = "file") -> list[Paper]:
    """The files of an upload, judged by content. Refuses with `invalid_input` too many, and the first that cannot be kept."""
    uploaded = list(files)
    if len(uploaded) > most:
        raise too_many(most, field)
    return [read_paper(one.name or "", one.read(LARGEST_FILE + 1), field) for one in uploaded]


def too_many(most: int, field: str = "file") -> Refusal:
    """More files than may lie beside one thing."""
    return invalid(field, _("At most %(n)d files can be handed in.") % {"n": most})


def read_paper(name: str, content: bytes, field: str = "file") -> Paper:
    """The file with its true kind and a safe name. Refuses with `invalid_input` what is empty, too large, or no paper.

    The content alone decides what it is; the name and the type a browser sends are never believed.
    """
    if not content:
        raise invalid(field, _("The file is empty."))
    if len(content) > LARGEST_FILE:
        raise invalid(field, _("A file may have %(n)d MiB at most.") % {"n": MIB}, remedy=_("Photograph or scan it smaller."))
    kind = kind_of(content)
    if kind is None:
        raise invalid(field, _("Only PDF files and photos (JPG, PNG) can be handed in."), remedy=_("Scan or photograph the certificate."))
    if kind == Kind.PDF and ACTIVE.search(content):
        raise invalid(
            field, _("This PDF holds a password, a program or another file."), remedy=_("Print it to a new PDF, or photograph it.")
        )
    return Paper(clean_file_name(name, kind), kind, content)


def kind_of(content: bytes) -> Kind | None:
    """What the bytes are, or None when they are nothing we keep; a file that is two things at once is none."""
    try:
        found = puremagic.magic_string(content)
    except (puremagic.PureError, ValueError):
        return None
    kind = KINDS.get(found[0].mime_type) if found else None
    return kind if kind is not None and content.startswith(STARTS[kind]) else None


def clean_file_name(name: str, kind: Kind) -> str:
    """The last part of the name without anything hidden or dangerous, with the ending of what it truly is."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(one for one in last if unicodedata.category(one)[0] != "C")
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}\Z", "", shown.strip())
    stem = NOT_IN_A_NAME.sub("_", stem).strip("._")[:LONGEST_STEM]
    return (stem or "attachment") + ENDINGS[kind]
