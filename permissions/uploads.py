"""Bounds every upload before it is read, logged in or not, and keeps files in memory: no personal list is left on a disk."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler

MOST_BYTES = 26 * 1024 * 1024  # a whole form: five papers of 5 MiB, or one list of 10 MiB


class UploadTooLarge(RequestDataTooBig):
    """The form with its files is larger than any page takes."""


class BoundedUpload(MemoryFileUploadHandler):
    """Refuses a form that says it is too large; one that lies about its length is read no further than it said."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803 (the framework's own name)
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        if content_length > MOST_BYTES:
            raise UploadTooLarge(f"{content_length} bytes")
        self.activated = True
