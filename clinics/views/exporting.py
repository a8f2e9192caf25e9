"""Hands a list out as a file: Excel or CSV, chosen by the button, with its trace in the audit trail."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from clinics.exports import record_export, rows_as_csv, rows_as_xlsx
from permissions.acting import Acting
from vault.refusal import Sentence

MOST_ROWS = 50_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def handed_out(
    request: HttpRequest,
    name: str,
    title: Sentence,
    columns: Sequence[Sentence],
    rows: Iterable[Sequence[object]],
    *,
    by: Acting,
    filters: Mapping[str, str] | None = None,
    form: str = "",
) -> HttpResponseBase:
    """The file, after its trace was written; `name` is the list's word in the trail, `title` begins the file's name.

    `form` is csv or xlsx where the door knows it; else the button or the address says it.
    """
    held = list(rows)[:MOST_ROWS]
    form = "csv" if "csv" in (form, request.POST.get("as"), request.GET.get("as")) else "xlsx"
    record_export(name, rows=len(held), by=by, file_format=form, filters=filters)
    response: HttpResponseBase
    if form == "csv":
        response = StreamingHttpResponse(rows_as_csv(columns, held), content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(rows_as_xlsx(columns, held), content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{title} {timezone.localdate():%Y%m%d}.{form}')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
