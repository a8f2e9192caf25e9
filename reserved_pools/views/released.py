"""The coordinator's page of places that came back: by visit day and department, taken over by one click, and as a file."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from clinics.access import MANAGE_POOLS, institutions_where
from clinics.models import Institution
from clinics.views import typed
from clinics.views.exporting import handed_out
from permissions.doors import Needs, Page
from permissions.doors.fields import typed_day
from permissions.roles import Capability
from reserved_pools import returned
from reserved_pools.models import PlaceEvent, PlaceMove
from reserved_pools.returned import days_back, departments_back, lines_back, taken_for
from reserved_pools.sessions.spans import DAYS, Span, check_span
from vault.refusal import Refusal, invalid

MANAGING = Needs(Capability.MANAGE_POOLS)
PER_PAGE = 10
BEFORE, AFTER = timedelta(days=14), timedelta(days=28)
DIGITS = 18


class Released(Page):
    """What came back, what waits for the hospital's word first; the word itself."""

    policies = {"GET": MANAGING, "POST": MANAGING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = lambda refusal: self.refused(request, refusal)  # type: ignore[attr-defined]
        hospital = hospital_in(self.acting, request.POST)
        day, up_to, seen = day_in(request.POST), number_in(request.POST, "up_to"), number_in(request.POST, "seen")
        taken = returned.take_over(hospital, day, up_to, by=self.acting, seen=seen)
        done = ngettext("%(n)d place for %(day)s is taken over.", "%(n)d places for %(day)s are taken over.", taken.places)
        messages.success(request, done % {"n": taken.places, "day": day.isoformat()})
        return redirect(f"{request.path}?{request.GET.urlencode()}")

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        """The page as it is now, with why nothing was taken over."""
        return None if refusal.code in ("not_allowed", "not_found") else self.shown(request, refusal=refusal)

    def shown(self, request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
        try:
            span = span_of(request.GET)
        except Refusal as found:
            refusal, span = refusal or found, span_of(QueryDict())
        days = days_back(self.acting, span.first, span.last)
        page = Paginator(days, PER_PAGE).get_page(request.GET.get("page"))
        listed = list(page)
        departments, taken = departments_back(listed), taken_for(listed)
        keys = [(day.institution.pk, day.visit_date) for day in listed]
        context = {
            **typed.errors_in(refusal),
            "span": span,
            "page": page,
            "days": [(day, departments.get(key, []), taken.get(key, [])) for day, key in zip(listed, keys, strict=True)],
            "waiting": sum(day.waiting for day in days),
        }
        return self.render(request, "reserved_pools/released.html", context)


class ReleasedExport(Page):
    """What came back for one visit day of one hospital as a file: bands, numbers, when, and who took them over."""

    policies = {"POST": MANAGING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        hospital, day = hospital_in(self.acting, request.POST), day_in(request.POST)
        rows = cells_of(lines_back(hospital, day))
        filters = {"hospital": str(hospital.public_id), "date": day.isoformat()}
        return handed_out(request, "released_places", _("Places that came back"), columns(), rows, by=self.acting, filters=filters)


def span_of(data: QueryDict) -> Span:
    """The visit days an address asks for; a fortnight back and four weeks ahead when it asks for none."""
    today = timezone.localdate()
    first = day_in(data, "first") if data.get("first") else today - BEFORE
    last = day_in(data, "last") if data.get("last") else max(first, today) + AFTER
    check_span(first, last)
    return Span(DAYS, first, last)


def hospital_in(acting: Any, data: QueryDict) -> Institution:
    """One of this person's hospitals. Refuses with `invalid_input` or `not_found`."""
    public_id: UUID | None = typed.id_or_none(data.get("hospital", ""))
    if public_id is None:
        raise invalid("hospital", _("Choose one of those shown."))
    found = institutions_where(acting.user, MANAGE_POOLS).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such hospital."))
    return found


def day_in(data: QueryDict, name: str = "date") -> date:
    """A day as typed."""
    return typed_day(name, data.get(name, ""))


def number_in(data: QueryDict, name: str) -> int:
    """A number the page was drawn with."""
    text = data.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS):
        raise invalid(name, _("The page was incomplete. Please load it again."))
    return int(text)


def columns() -> list[str]:
    """The head of the file."""
    return [
        _("Visit day"),
        pgettext("clinic", "Department"),
        _("Clinic"),
        _("Class"),
        _("From"),
        _("Until"),
        pgettext("places", "Kept for"),
        pgettext("number", "Places"),
        pgettext("places", "Came back"),
        _("How"),
        pgettext("places", "Taken over"),
        _("By"),
    ]


def cells_of(lines: list[tuple[PlaceEvent, Any]]) -> Iterator[list[object]]:
    """The moves as cells."""
    for event, taken in lines:
        place = event.pool_slot
        yield [
            place.visit_date, place.department.name, place.service.name, place.get_slot_class_display(),
            timezone.localtime(place.starts_at).strftime("%H:%M"), timezone.localtime(place.ends_at).strftime("%H:%M"),
            place.get_kind_display(), event.places, event.at, how(event),
            taken.created_at if taken else "", taken.taken_by.display_name if taken else "",
        ]  # fmt: skip


def how(event: PlaceEvent) -> str:
    """Why the places came back."""
    words = {
        PlaceMove.RETURNED: _("at the cut-off"),
        PlaceMove.RETURNED_LATE: _("cancelled after the cut-off"),
        PlaceMove.TAKEN_BACK: _("given early"),
    }
    return words[PlaceMove(event.move)]
