"""Who looked at what: my own looks, and the answer to a resident who asks who looked at her record."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.exports import record_export, rows_as_csv
from permissions.doors import SIGNED_IN, Needs, Page
from permissions.doors.fields import typed_day_or_none
from permissions.roles import Capability
from referral.supervision import looks
from vault.audit import saw
from vault.refusal import invalid

PER_PAGE, SHOWN_DAYS, MOST_ROWS, MOST_ON_PAPER = 50, 7, 20_000, 1_000


class MyLooks(Page):
    """What I looked at, by day; as a file too."""

    policies = {"GET": SIGNED_IN}

    def get(self, request: HttpRequest) -> HttpResponse:
        first, last = days_in(request)
        entries = looks.my_looks(self.acting, first, last)
        if request.GET.get("format") == "csv":
            return self.file(first, last, looks.told_of_mine(entries[:MOST_ROWS]))
        page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
        context = {"page": page, "looks": looks.told_of_mine(page.object_list), "first": first, "last": last}
        return self.render(request, "referral/my_looks.html", context)

    def file(self, first: date, last: date, rows: list[looks.Look]) -> HttpResponse:
        """The same as CSV; taking it is an act of its own."""
        days = {"from": first.isoformat(), "to": last.isoformat()}
        record_export("my looks", rows=len(rows), by=self.acting, file_format="csv", filters=days)
        titles = [_("Time"), _("What"), _("Resident")]
        lines = rows_as_csv(titles, ((row.at, row.purpose, row.patient) for row in rows))
        answer = HttpResponse(lines, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="looks-{first}-{last}.csv"'
        return answer


class LooksAt(Page):
    """Who looked at a resident's records: to read with her, and to print for her."""

    policies = {"GET": Needs(Capability.SEE_PATIENTS, Capability.MANAGE_RESIDENTS)}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        patient = looks.resident_for(self.acting, public_id)
        whole = request.GET.get("all") == "1"
        page = Paginator(looks.looks_at(patient), MOST_ON_PAPER if whole else PER_PAGE).get_page(request.GET.get("page"))
        told = looks.told_of_others(page.object_list)
        context: dict[str, Any] = {"patient": patient, "page": page, "looks": told, "whole": whole, "now": timezone.localtime()}
        answer = self.render(request, "referral/looks_at.html", context)
        saw(self.acting.actor, "patient", patient.public_id, "looks")
        return answer


def days_in(request: HttpRequest) -> tuple[date, date]:
    """The days asked for, the last week without any. Refuses with `invalid_input` what is no day, or more than three months."""
    today = timezone.localdate()
    first = day_of(request, "from", today - timedelta(days=SHOWN_DAYS - 1))
    last = day_of(request, "to", max(first, min(today, first + timedelta(days=looks.MOST_DAYS - 1))))
    if not first <= last < first + timedelta(days=looks.MOST_DAYS):
        raise invalid("to", _("Choose at most three months, the first day before the last."))
    return first, last


def day_of(request: HttpRequest, name: str, otherwise: date) -> date:
    """A day of the address, or the other one when it says nothing."""
    return typed_day_or_none(name, request.GET.get(name, "")) or otherwise
