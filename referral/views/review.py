"""The hospital's list of referrals to review, booked or asked for before: filters, acceptance of those ticked one by one, and its file."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from clinics.criteria.focus import KEYS as FOCUS_KEYS
from clinics.views.exporting import handed_out
from clinics.views.typed import errors_in, id_or_none, one_of, search_in
from permissions.doors import Needs, Page
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.booking.models import Booking
from referral.cases.ending import Known, last_day_of
from referral.cases.models import Priority
from referral.cases.number import in_fours
from referral.cases.submission_models import PlaceRequest
from referral.review.decide import MOST_AT_ONCE, Result, accept_many
from referral.review.queries import STATES, Sought, departments_reviewed, requests_under_review, review_due, review_hours, under_review
from referral.views.case import focus_options
from vault.audit import saw_many
from vault.refusal import Refusal, invalid

PER_PAGE = 30
MOST_ROWS = 5000  # of each list in one file
REVIEWS = Needs(Capability.REVIEW_REFERRALS)
STATE_WORDS: dict[str, Any] = {
    "": pgettext_lazy("review list", "to review"),
    "asked": pgettext_lazy("review list", "waiting for an answer"),
    "accepted": pgettext_lazy("review list", "accepted, visit ahead"),
    "returned": pgettext_lazy("review list", "returned with advice"),
    "all": pgettext_lazy("review list", "all visits ahead"),
}
PRIORITIES = [("", gettext_lazy("all")), *Priority.choices]
KINDS = {"booked": "few", "info_requested": "few", "accepted": "ok", "returned_with_advice": "info"}
EMPTY: dict[str, tuple[Any, Any]] = {
    "": (gettext_lazy("Nothing waits for the review"), gettext_lazy("Referrals booked here appear as soon as they are booked.")),
    "asked": (gettext_lazy("No open question"), gettext_lazy("Questions to referring doctors wait here until they are answered.")),
    "accepted": (gettext_lazy("Nothing accepted ahead"), gettext_lazy("Accepted referrals stay here until the day of the visit.")),
    "returned": (gettext_lazy("Nothing was returned"), gettext_lazy("Referrals returned with advice stay here with what became of them.")),
    "all": (gettext_lazy("No visit ahead"), gettext_lazy("Referrals booked here appear as soon as they are booked.")),
}


class Review(Page):
    """The bookings of one's department or hospital, the soonest visit first; what is filtered stands in the address."""

    policies = {"GET": REVIEWS}

    def get(self, request: HttpRequest) -> HttpResponse:
        return listed(self, request, sought_in(request.GET))


class ReviewAccept(Page):
    """POST: those ticked are accepted, each by itself; the answer says what became of every one."""

    policies = {"POST": REVIEWS}
    repeated = frozenset({"referral"})

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        chosen = ticked(request.POST)
        if not chosen:
            raise invalid("referral", _("Tick at least one referral."))
        wanted = under_review(self.acting, Sought(state="all")).filter(referral__public_id__in=dict(chosen))
        shown = {row.referral.public_id: row for row in wanted}
        results = accept_many(chosen, by=self.acting)
        tell(request, results, shown)
        back = request.POST.get("back", "")
        return redirect(f"{reverse('review')}?{QueryDict(back).urlencode()}" if back else "review")

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        """The list as it was filtered, with why nothing was done."""
        if refusal.code != "invalid_input":
            return None
        return listed(self, request, sought_in(QueryDict(request.POST.get("back", ""))), **errors_in(refusal))


class ReviewExport(Page):
    """POST: the list as it is filtered, as a file without a medical word."""

    policies = {"POST": REVIEWS}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        sought = sought_in(request.GET)
        asked = list(requests_under_review(self.acting, sought)[:MOST_ROWS])
        rows = list(under_review(self.acting, sought)[:MOST_ROWS])
        columns = [_("Visit"), _("Department"), _("Number"), _("Name"), _("Priority"), _("Centre"), _("State"), _("Waiting since")]
        said = {"state": sought.state, "priority": sought.priority, "focus": sought.focus, "department": str(sought.department or "")}
        lines = [*map(exported_request, asked), *map(exported, rows)]
        answer = handed_out(request, "review", _("Referrals to review"), columns, lines, by=self.acting, filters=said)
        saw_many(self.acting.actor, "booking", [booking.public_id for booking in rows], "review list file")
        saw_many(self.acting.actor, "referral", [one.referral.public_id for one in asked], "review list file")
        return answer


def listed(door: Page, request: HttpRequest, sought: Sought, **more: Any) -> HttpResponse:
    """The list, with what was wrong when something ticked could not be read."""
    page = Paginator(under_review(door.acting, sought), PER_PAGE).get_page(request.GET.get("page"))
    departments = departments_reviewed(door.acting)
    asked_page = Paginator(requests_under_review(door.acting, sought), PER_PAGE).get_page(request.GET.get("asked"))
    asked, days = list(asked_page), Known()
    rows = rows_of(list(page), timezone.now())
    context = filters_of(sought) | {
        "page": page,
        "rows": rows,
        "asked_page": asked_page,
        "asked": [{"request": one, "name": mask_name(one.referral.patient.name), "due": last_day_of(one, days)} for one in asked],
        "departments": [("", _("all departments")), *departments] if len(departments) > 1 else [],
        "may_tick": sought.state in ("", "all") and any(row["can_tick"] for row in rows),
        "empty": ("", "") if filtered(sought) else EMPTY[sought.state],
    }
    answer = door.render(request, "referral/review/list.html", context | more)
    saw_many(door.acting.actor, "booking", [booking.public_id for booking in page], "review list")
    saw_many(door.acting.actor, "referral", [one.referral.public_id for one in asked], "review list")
    return answer


def sought_in(data: QueryDict) -> Sought:
    """The filters of an address; what is none filters nothing."""
    return Sought(
        state=one_of(data, "state", STATES), department=id_or_none(data.get("department", "")),
        priority=one_of(data, "priority", Priority.values), text=search_in(data), focus=one_of(data, "focus", ("any", *FOCUS_KEYS)),
    )  # fmt: skip


def filtered(sought: Sought) -> bool:
    """Whether more than the state was chosen."""
    return bool(sought.department or sought.priority or sought.text or sought.focus)


def filters_of(sought: Sought) -> dict[str, Any]:
    """The bar above the list as it was left."""
    return {
        "state": sought.state, "department": str(sought.department or ""), "priority": sought.priority, "q": sought.text,
        "states": list(STATE_WORDS.items()), "priorities": PRIORITIES, "focuses": focus_options(), "focus": sought.focus,
    }  # fmt: skip


def rows_of(bookings: list[Booking], now: datetime) -> list[dict[str, Any]]:
    """The lines of one page, names masked, with the clock that runs."""
    hours = review_hours(bookings, now)
    return [row_of(booking, hours, now) for booking in bookings]


def row_of(booking: Any, hours: dict[int, int], now: datetime) -> dict[str, Any]:
    """One line: who, when, since when it has waited and until when, and how it stands."""
    status, due = booking.referral.status, None
    waits = status == "booked" and not booking.answered_before
    if waits:
        due = review_due(booking, hours)
    elif status == "info_requested":
        due = booking.answer_by
    word, kind = booking.referral.get_status_display(), KINDS.get(status, "off")
    if waits:
        word = _("answered") if booking.was_answered else _("not yet reviewed")
    elif booking.is_amended:
        word, kind = _("amended since you accepted"), "few"
    return {
        "booking": booking, "referral": booking.referral, "name": mask_name(booking.patient.name), "due": due,
        "late": due is not None and due < now, "word": word, "kind": kind, "can_tick": waits and booking.starts_at > now,
    }  # fmt: skip


def ticked(data: QueryDict) -> list[tuple[UUID, int]]:
    """The ticked referrals with the versions the page was drawn with: "id.version" each."""
    pairs = [text.partition(".") for text in data.getlist("referral")[: MOST_AT_ONCE + 1]]
    if not all(id_or_none(public_id) and number.isascii() and number.isdigit() and len(number) < 10 for public_id, _dot, number in pairs):
        raise invalid("referral", _("The page was incomplete. Please load it again."))
    return [(UUID(public_id), int(number)) for public_id, _dot, number in pairs]


def tell(request: HttpRequest, results: list[Result], shown: dict[UUID, Booking]) -> None:
    """How many were accepted, then a sentence for each that was not."""
    done = sum(result.refusal is None for result in results)
    messages.success(request, ngettext("%(n)d referral is accepted.", "%(n)d referrals are accepted.", done) % {"n": done})
    for result in results:
        if result.refusal is not None:
            booking = shown.get(result.referral)
            name = mask_name(booking.patient.name) if booking else _("A referral")
            messages.warning(request, _("%(name)s: %(why)s") % {"name": name, "why": result.refusal.message})


def exported_request(asked: PlaceRequest) -> list[object]:
    """One line of the file for what is asked before it is booked: no visit yet, and the service instead of the department alone."""
    referral, service = asked.referral, asked.service
    return [
        "", f"{service.department.name} {service.name}", in_fours(referral.number), mask_name(referral.patient.name),
        referral.get_priority_display(), referral.institution.display_short_name, asked.get_status_display(), asked.created_at,
    ]  # fmt: skip


def exported(booking: Any) -> list[object]:
    """One line of the file."""
    return [
        booking.starts_at, booking.department.name, in_fours(booking.number), mask_name(booking.patient.name),
        booking.referral.get_priority_display(), booking.referral.institution.display_short_name,
        booking.referral.get_status_display(), booking.waiting_since,
    ]  # fmt: skip
