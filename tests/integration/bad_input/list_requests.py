"""Requests about lists, by program and by page."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.cast_imports import STAFF, a_text
from tests.integration.bad_input.forms import VERSION, Form
from tests.integration.bad_input.stage import Endpoint, Stage


def endpoints_of_lists(stage: Stage) -> list[Endpoint]:
    """The two decisions about a list; handing one in takes a form with a file, which its own tests bend."""
    held, by = stage.lists.checked, stage.lists.by
    path = f"/imports/{held.public_id}"
    return [
        Endpoint("imports_confirm", "POST", f"{path}/confirm", by, {"leave_out_faulty": True}, held.version),
        Endpoint("imports_discard", "POST", f"{path}/discard", by, version=held.version),
    ]


def forms_of_lists(stage: Stage) -> list[Form]:
    """Uploading a list, and the two decisions about one."""
    held, by = stage.lists.checked, stage.lists.by
    one, version = reverse("import", args=[held.public_id]), str(held.version)
    file = SimpleUploadedFile("名单.csv", a_text([STAFF, ("乔新人", "13755500002", "", "家庭医生", "", "", "")]))
    act = {"act": "choice"} | VERSION
    return [
        Form("imports", reverse("imports"), by, {"kind": "staff", "file": file}, {"kind": "choice"}),
        Form("import.confirm", one, by, {"act": "confirm", "version": version, "leave_out_faulty": "1"}, act),
        Form("import.discard", one, by, {"act": "discard", "version": version}, act),
    ]
