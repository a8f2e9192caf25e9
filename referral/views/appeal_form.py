"""Reads the form of an appeal: why, what shows it in words, and the files beside it."""

from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from permissions.attachments import read_papers
from referral.credit.appeal import checked
from referral.credit.papers import MOST_PAPERS
from referral.views import typed
from vault.faults import Faults

TEXTS: Final = ("text", "evidence")


def handed_in(request: HttpRequest, files: list[UploadedFile]) -> dict[str, Any]:
    """The words and files of the form, as the use cases take them. Refuses with `invalid_input`, every fault at once."""
    faults = Faults()
    said = {name: typed.text(request, name) for name in TEXTS}
    faults.of(typed.check_printable, said)
    papers = faults.of(read_papers, files, MOST_PAPERS)
    text, evidence = checked(said["text"], said["evidence"], faults)
    return {"text": text, "evidence": evidence, "papers": papers or []}


def typed_in(request: HttpRequest) -> dict[str, str]:
    """The words as they were typed, to be shown again; files have to be chosen again."""
    return {name: typed.text(request, name)[:2000] for name in TEXTS}
