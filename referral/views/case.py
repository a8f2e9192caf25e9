"""One case for everybody entitled: what was written, where it leads, what happened, what comes next."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.criteria.focus import FOCUS
from clinics.criteria.focus import KEYS as FOCUS_KEYS
from clinics.views.typed import one_of
from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.booking.cancel import whom_to_call
from referral.booking.corrections import own_undo
from referral.booking.models import LIVE, Booking, CancelCause
from referral.booking.move import is_movable
from referral.booking.next_visit import followers_of
from referral.booking.who_cancels import may_cancel
from referral.cases.amend import may_amend
from referral.cases.booker import booker_of
from referral.cases.emergencies import sign_of
from referral.cases.ending import ends_on, knew_of_booking
from referral.cases.models import Referral
from referral.cases.queries import referral_of, referrals_listed, steps_open_to
from referral.cases.states import OVER
from referral.cases.write import cancel_draft
from referral.disruptions.band_calls import is_in_blocked_band
from referral.disruptions.queries import open_for_doctor
from referral.patients.queries import contract_on
from referral.returns.queries import returns_of
from referral.review.story import story_of
from referral.views.after_miss import missed_of
from referral.views.asking import asked_of
from referral.views.book import version_from
from referral.views.cancelling import REASONS
from referral.views.exceptions import exceptions_of
from referral.views.matrix import booking_words
from referral.views.progress import progress_of
from referral.views.sms import messages_about
from referral.views.strip import strip_of
from referral.views.timeline import timeline_of
from referral.views.todo import Link
from referral.worklist.queries import AHEAD, ASKED, AT_HOSPITAL, REPORT_DAYS, with_booking
from referral.worklist.record import copies_of
from reserved_pools import windows
from reserved_pools.sessions.half_days import promise_days
from vault.audit import saw
from vault.refusal import Refusal, invalid

SEES_CASES = Needs(Capability.WRITE_REFERRAL, Capability.RECORD_VISIT)
PER_PAGE = 20
BESIDE = ("post__institution", "ending", "report", "follows")  # one row each, read with the referral
STATES: dict[str, Any] = {
    "": lambda: _("all states"),
    "draft": lambda: _("without a place"),
    "asked": lambda: _("asked of a hospital"),
    "booked": lambda: _("booked"),
    "report": lambda: _("reports overdue"),
    "missed": lambda: _("did not attend"),
    "over": lambda: _("over"),
}


class Referrals(Page):
    """The unit's referrals, newest first; the filter stands in the address."""

    policies = {"GET": SEES_CASES}

    def get(self, request: HttpRequest) -> HttpResponse:
        state, focus = request.GET.get("state", ""), one_of(request.GET, "focus", ("any", *FOCUS_KEYS))
        rows = of_focus(in_state(with_booking(referrals_listed(self.acting)), state), focus).order_by("-created_at", "-pk")
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        context = {
            "page": page,
            "rows": [(referral, mask_name(referral.patient.name)) for referral in page],
            "states": [(key, words()) for key, words in STATES.items()],
            "state": state,
            "focuses": focus_options(),
            "focus": focus,
        }
        return self.render(request, "referral/referrals.html", context)


def in_state(rows: QuerySet[Referral], state: str) -> QuerySet[Referral]:
    """The referrals of one filter; an unknown one is none."""
    today = timezone.localdate()
    if state == "draft":
        return rows.filter(status="draft")
    if state == "asked":
        return rows.filter(ASKED)
    if state == "booked":
        return rows.filter(status__in=AHEAD, visit_date__gte=today)
    if state == "report":
        return rows.filter(status__in=AT_HOSPITAL, visit_date__lt=today - timedelta(days=REPORT_DAYS))
    if state == "missed":
        return rows.filter(status="not_attended")
    return rows.filter(status__in=OVER) if state == "over" else rows


def of_focus(rows: QuerySet[Referral], focus: str) -> QuerySet[Referral]:
    """The referrals about one of the focus diseases, or about any of them (R115)."""
    if focus == "any":
        return rows.exclude(focus="")
    return rows.filter(focus__contains=focus) if focus else rows


def focus_options() -> list[tuple[str, Any]]:
    """The choices of the filter by focus disease."""
    return [("", _("all diseases")), ("any", _("any of the focus diseases")), *((one.key, one.words) for one in FOCUS)]


class ReferralPage(Page):
    """One case. Cancelling a draft is the one thing done here; everything else has a page of its own."""

    policies = {"GET": SEES_CASES, "POST": Needs(Capability.WRITE_REFERRAL)}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        referral = referral_of(self.acting, public_id, *BESIDE)
        answer = self.render(request, "referral/case.html", case_context(self.acting, referral))
        saw(self.acting.actor, "referral", referral.public_id, "referral page")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        reason = request.POST.get("reason", "")
        if reason not in REASONS:
            raise invalid("reason", _("Choose a reason."))
        cancel_draft(public_id, expected_version=version_from(request), reason=reason, by=self.acting)
        messages.success(request, _("The draft was cancelled; the visit can lead to another referral."))
        return redirect("referral", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code != "invalid_input":
            return None
        context = case_context(self.acting, referral_of(self.acting, public_id, *BESIDE))
        return self.render(request, "referral/case.html", context | {"error": refusal.message, "cancelling": True})


def case_context(acting: Acting, referral: Referral) -> dict[str, Any]:
    """Everything on a case's page, in a fixed number of queries."""
    bookings = list(
        referral.bookings.select_related(
            "institution", "department", "post__user", "pool_slot__service", "pool_slot__slot__session"
        ).order_by("-pk")
    )
    booking = next((b for b in bookings if b.status not in ("cancelled", "moved", "entered_in_error")), None)
    sent_back = returns_of(acting).filter(referral=referral).first()
    followers = followers_of(referral) if any(one.status == "fulfilled" for one in bookings) else []
    contract = contract_on(referral.patient, timezone.localdate())
    targets = {step.target for step in steps_open_to(acting, referral)}
    ending = getattr(referral, "ending", None)
    offered = may(acting, referral, booking, targets)
    promised = promise_days(acting, timezone.localdate(referral.created_at)) if booking else 0
    return {
        "referral": referral,
        "emergency": sign_of(referral.emergency_sign) if referral.emergency_sign and referral.status == "draft" else None,
        "strip": strip_of(referral.patient, contract, seen_at=referral.encounter.seen_at),
        "contract": contract,
        "booking": booking,
        "class_words": booking_words(booking) if booking else "",
        "keeps_promise": booking is not None and keeps_promise(referral, booking, promised),
        "promise_days": promised,
        "sent_back": sent_back,
        "report": getattr(referral, "report", None),
        "steps": progress_of(referral, booking, sent_back),
        "timeline": timeline_of(referral, bookings, sent_back, followers),
        "sms": messages_about(booking.public_id) if booking else [],
        "copies": copies_of(booking.public_id) if booking else 0,
        "may": offered,
        "told_when_dropped": offered["drop"] and knew_of_booking(referral),
        "asked": asked_of(referral),
        "undo": own_undo(bookings, acting, timezone.now()) if acting.can(Capability.CANCEL_BOOKING) else None,
        "whom_to_call": whom_to_call(booking.institution) if booking and is_past_cancelling(booking) else "",
        "resident_cancels": booking is not None and not may_cancel(booking, CancelCause.BY_REFERRER),
        "followers": [(one, one.bookings.all()[0] if one.bookings.all() else None) for one in followers],
        "follows": referral.follows,
        "next": next_steps(referral, booking, acting),
        "story": story_of(referral),
        "ending": ending,
        "call_about_ending": ending is not None and not ending.patient_told and knew_of_booking(referral),
        "reasons": [("", _("please choose")), *REASONS.items()],
        "exceptions": exceptions_of(acting, referral),
        "met": referral.met_in_order,
        "stopped": open_for_doctor(acting, booking),
        "blocked": booking is not None and is_in_blocked_band(booking),
        "missed": missed_of(referral) if acting.can(Capability.WRITE_REFERRAL) else None,
        "booker": booker_of(referral) if acting.can(Capability.WRITE_REFERRAL) else None,
    }


def keeps_promise(referral: Referral, booking: Booking, promised: int) -> bool:
    """Whether the visit lies within the promised days of the request (R112, C24)."""
    return windows.keeps_promise(timezone.localdate(referral.created_at), booking.visit_date, promised)


def is_past_cancelling(booking: Booking) -> bool:
    """Whether only the hospital can still release it."""
    return booking.status == "booked" and timezone.now() >= booking.cancel_until


def is_cancellable(booking: Booking) -> bool:
    """Whether the unit that made it may still cancel it (C19, R022)."""
    return timezone.now() < booking.cancel_until and may_cancel(booking, CancelCause.BY_REFERRER)


def may(acting: Acting, referral: Referral, booking: Booking | None, targets: set[str]) -> dict[str, bool]:
    """Which actions the page offers; the table of the referral's life decides, the use case decides again."""
    mine = acting.can(Capability.WRITE_REFERRAL)
    waiting = booking is not None and booking.status == "booked"
    accepted = referral.status == "accepted" and (booking is None or booking.status not in LIVE)  # and a day is to be chosen (R072)
    return {
        "book": "booked" in targets and (referral.status == "draft" or accepted) and acting.can(Capability.BOOK),
        "withdraw": mine and (referral.status == "submitted" or accepted),
        "edit": mine and referral.status == "draft",
        "drop": mine and referral.status == "draft" and "cancelled" in targets,
        "print": booking is not None and acting.can(Capability.BOOK),
        "cancel": waiting and acting.can(Capability.CANCEL_BOOKING) and is_cancellable(booking),  # type: ignore[arg-type]
        "move": waiting and acting.can(Capability.BOOK) and is_movable(booking, timezone.now()),  # type: ignore[arg-type]
        "resend": waiting and acting.can(Capability.CANCEL_BOOKING),
        "code": mine,
        "amend": waiting and may_amend(referral, acting) and timezone.now() < booking.starts_at,  # type: ignore[union-attr]
        "send_back": "returned" in targets and acting.can(Capability.SEND_BACK),
    }


def next_steps(referral: Referral, booking: Booking | None, acting: Acting) -> list[tuple[str, Link | None, str]]:
    """What comes next: words, a link when the reader does it, and otherwise who does."""
    mine = acting.can(Capability.BOOK)
    if referral.status == "draft":
        last = _("ends without a place on %(day)s; you are told") % {"day": f"{ends_on(referral):%m-%d}"}
        choose = Link(_("Choose"), reverse("book", args=[referral.public_id])) if mine else None
        return [(_("choose a place"), choose, ""), (last, None, _("automatic"))]
    if referral.status == "submitted":
        return [(_("the hospital answers whether it takes the patient"), None, _("the hospital"))]
    if booking is None or not mine:
        return []
    rows: list[tuple[str, Link | None, str]] = []
    if booking.told_at is None and booking.status == "booked":
        rows.append((_("tell the patient the four things"), Link(_("Tell"), reverse("booking_done", args=[booking.public_id])), ""))
    if booking.status == "booked":
        rows.append((_("print the slip for the patient"), Link(_("Print"), reverse("slip_pdf", args=[booking.public_id])), ""))
    if booking.status == "booked" and booking.takes_place:
        rows.append((_("reminder by SMS on %(day)s") % {"day": f"{booking.visit_date - timedelta(days=1):%m-%d}"}, None, _("automatic")))
    if booking.status in ("booked", "arrived", "fulfilled") and not hasattr(referral, "report"):
        due = booking.visit_date + timedelta(days=REPORT_DAYS)
        rows.append((_("report by %(day)s") % {"day": f"{due:%m-%d}"}, None, _("the hospital")))
    return rows
