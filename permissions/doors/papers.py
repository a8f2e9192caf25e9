"""Papers at the doors: raw bytes taken in, named in lists, handed out to be kept and never to be shown inside a page."""

from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.parsers import BaseParser

from permissions.attachments import MEDIA_TYPES, Kind
from permissions.doors.serializers import StrictCharField, StrictSerializer
from permissions.kept_papers import content_of
from permissions.models.papers import LARGEST_FILE, KeptPaper

BYTES = {"application/octet-stream": OpenApiTypes.BINARY}
# Whatever a reader's browser makes of the bytes, it runs nothing and loads nothing.
SANDBOX = "default-src 'none'; sandbox"


class FileParser(BaseParser):
    """The bytes of one file, whatever type they are said to have: the content alone decides."""

    media_type = "*/*"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        return stream.read(LARGEST_FILE + 1)


class PaperName(StrictSerializer):
    """What the file is called; it only ever names a download."""

    name = StrictCharField(max_length=200, lines=False, required=False, allow_blank=True, default="")


class PaperEntry(serializers.Serializer[Any]):
    """One paper; its content is read at its own address."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    size = serializers.IntegerField()
    withdrawn = serializers.BooleanField()


class PaperList(serializers.Serializer[Any]):
    """The papers beside one thing, with those taken away."""

    results = PaperEntry(many=True)


def entry_of(paper: KeptPaper) -> dict[str, Any]:
    """One paper as plain values."""
    return {
        "id": paper.public_id,
        "name": paper.name,
        "kind": paper.kind,
        "size": paper.size,
        "withdrawn": paper.withdrawn_at is not None,
    }


def entries_of(papers: Iterable[KeptPaper]) -> dict[str, Any]:
    """A list of them, those that are there first."""
    return {"results": [entry_of(one) for one in sorted(papers, key=lambda one: one.withdrawn_at is not None)]}


def as_download(paper: KeptPaper) -> HttpResponse:
    """The bytes with the headers that keep them a file: attachment, no sniffing, sandbox."""
    answer = HttpResponse(content_of(paper), content_type=MEDIA_TYPES[Kind(paper.kind)])
    answer.headers["Content-Disposition"] = content_disposition_header(True, paper.name) or "attachment"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
