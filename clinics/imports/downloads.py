"""A list as a download: never opened by the browser, never kept by a cache."""

from collections.abc import Iterable

from django.http import StreamingHttpResponse

XLSX, CSV = "xlsx", "csv"
TYPES = {XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", CSV: "text/csv; charset=utf-8"}


def as_file(pieces: Iterable[bytes], name: str, file_format: str) -> StreamingHttpResponse:
    """The bytes under a plain name, as an attachment."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{file_format}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return StreamingHttpResponse(pieces, content_type=TYPES[file_format], headers=headers)
