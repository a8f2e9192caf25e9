"""The list of a day on a page, on paper and as a file; every look at a patient's line is kept (R166)."""

from collections.abc import Iterable
from functools import partial
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from clinics.models import HalfDay
from clinics.views.exporting import handed_out
from clinics.views.typed import errors_in, id_or_none
from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.doors.fields import typed_day_or_none
from permissions.roles import Capability
from referral.daylists.lines import MOST_LINES, cells_of, columns, line_of, looked, named
from referral.daylists.queries import Asked, DayList, asked_by, day_list, departments_of, read_half
from vault.refusal import Refusal, invalid

LISTING = Needs(Capability.DAY_LIST)
PER_PAGE = 100


class DayListPage(Page):
    """Everybody booked on one day, a hundred lines a page, with the numbers of each department."""

    policies = {"GET": LISTING}

    def get(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        found = day_list(asked_in(request, self.acting))
        page = Paginator(found.bookings, PER_PAGE).get_page(request.GET.get("page"))
        lines = [line_of(booking) for booking in page]
        answer = self.render(request, "referral/day_list.html", context_of(found) | {"page": page, "groups": grouped(lines)})
        looked(self.acting, lines, "day list")
        return answer

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        """A day out of reach, said above the list of the next day."""
        if refusal.code != "invalid_input":
            return None
        found = day_list(asked_by(self.acting))
        context = context_of(found) | {"groups": [], "none_shown": True, "page": Paginator([], PER_PAGE).get_page(1)} | errors_in(refusal)
        return self.render(request, "referral/day_list.html", context, status=400)


class DayListPaper(Page):
    """The whole list for the printer: one department a page, with room to write who came."""

    policies = {"GET": LISTING}

    def get(self, request: HttpRequest) -> HttpResponse:
        found = day_list(asked_in(request, self.acting))
        lines = [line_of(booking) for booking in found.bookings[:MOST_LINES]]
        numbers = {one.name: one for one in found.counts}
        groups = [(name, numbers.get(name), rows) for name, rows in grouped(lines)]
        answer = self.render(request, "referral/day_list_paper.html", context_of(found) | {"groups": groups, "many": len(lines)})
        looked(self.acting, lines, "day list print")
        return answer


class DayListExport(Page):
    """POST: the same list as a file."""

    policies = {"POST": LISTING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        return taken(request, day_list(asked_in(request, self.acting)), by=self.acting)


def taken(request: HttpRequest, found: DayList, *, by: Acting, form: str = "") -> HttpResponseBase:
    """The whole list as Excel or CSV, its trace written first, each patient's look afterwards."""
    lines = [line_of(booking) for booking in found.bookings[:MOST_LINES]]
    title = f"{_('Day list')} {found.asked.day.isoformat()}"
    answer = handed_out(request, "day_list", title, columns(), map(cells_of, lines), by=by, filters=named(found.asked), form=form)
    looked(by, lines, "day list file")
    return answer


def asked_in(request: HttpRequest, acting: Acting) -> Asked:
    """The list the address asks for; a department that is none of this hospital's is `not_found`."""
    text, room = request.GET.get("date", ""), request.GET.get("department", "")
    department = id_or_none(room)
    if room and department is None:
        raise invalid("department", _("Choose one of those shown."))
    return asked_by(acting, day=typed_day_or_none("date", text), department=department, half_day=read_half(request.GET.get("half_day", "")))


def grouped(lines: Iterable[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The lines by department, in their order."""
    return [(name, list(rows)) for name, rows in groupby(lines, key=lambda line: line["department"])]


def context_of(found: DayList) -> dict[str, Any]:
    """What page and paper say above the lines."""
    asked = found.asked
    reserved, booked, returned = found.totals
    kept = named(asked)
    rooms = departments_of(asked.institution, asked.day)
    return {
        "found": found,
        "asked": asked,
        "address": urlencode({name: value for name, value in kept.items() if value}),
        "departments": [("", _("all departments")), *((str(room.public_id), room.name) for room in rooms)],
        "halves": [("", _("whole day")), *HalfDay.choices],
        "chosen": kept,
        "reserved": reserved,
        "booked": booked,
        "returned": returned,
    }
