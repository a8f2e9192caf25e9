"""One booked referral before the hospital: what the doctor wrote, what was amended, and the steps of the review."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.views.typed import errors_in, id_or_none, texts
from permissions.acting import Acting
from permissions.doors import Page
from permissions.doors.fresh import is_fresh
from permissions.roles import Capability
from referral.booking.models import Booking
from referral.patients.queries import contract_on
from referral.review import decide, questions
from referral.review import redirect as moving
from referral.review.advice import Written, return_with_advice
from referral.review.models import LONGEST_ADVICE, LONGEST_QUESTION, AdviceReason
from referral.review.queries import due_of_one
from referral.review.scope import booking_under_review, bookings_to_review, is_answered_before
from referral.review.story import story_of
from referral.views import typed
from referral.views.instead import instead
from referral.views.matrix import booking_words, service_words
from referral.views.review import REVIEWS
from referral.views.saying import say
from referral.views.strip import strip_of, strip_with_counts
from referral.views.write import LABELS
from reserved_pools.models import PoolSlot
from vault.audit import saw
from vault.refusal import Refusal, invalid

PER_PAGE = 40
SHOWN_AGAIN = ("invalid_input", "undo_too_late", "past_cutoff", "not_movable")
DONE: dict[str, Any] = {
    "accept": gettext_lazy("Accepted. The referring doctor reads it in the inbox."),
    "undo": gettext_lazy("The acceptance is taken back; the referral waits for the review again."),
    "read": gettext_lazy("Noted: you have read the amendment and still receive the patient."),
    "ask": gettext_lazy("Asked. The referring doctor is told, and the clock runs."),
    "go_on": gettext_lazy("The question is closed; decide now."),
}


class ReviewCase(Page):
    """Everything the hospital needs to decide, and the one-click steps; a step that needs words opens as a dialog."""

    policies = {"GET": REVIEWS, "POST": REVIEWS}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        answer = self.shown(request, public_id)
        saw(self.acting.actor, "referral", public_id, "review page")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        booking_under_review(self.acting, public_id)
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            raise invalid("act", _("Choose what to do."))
        act(request, public_id, self.acting)
        messages.success(request, str(DONE[request.POST["act"]]))
        return redirect("review_case", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in SHOWN_AGAIN:
            return None
        asking = request.POST.get("act") == "ask"
        typed_words = {"question": request.POST.get("question", "")[: LONGEST_QUESTION * 2]} if asking else {}
        return self.shown(request, public_id, values=typed_words, open_ask=asking, loose=not asking, **errors_in(refusal))

    def shown(self, request: HttpRequest, public_id: UUID, **more: Any) -> HttpResponse:
        booking = booking_under_review(self.acting, public_id)
        return self.render(request, "referral/review/case.html", case_of(self.acting, booking) | more)


class ReviewRedirect(Page):
    """The hospital's own free places; one of them becomes the patient's."""

    policies = {"GET": REVIEWS, "POST": REVIEWS}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        answer = self.shown(request, public_id)
        saw(self.acting.actor, "referral", public_id, "review page")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        key, version = str(typed.public_id(request, "idempotency_key")), typed.version(request)
        words = texts(request, ["reason"])
        wish = moving.Wish(typed.public_id(request, "pool_slot"), words["reason"])
        seen = bookings_to_review(self.acting).filter(referral__public_id=public_id).order_by("-pk").first()
        moving.redirect(public_id, wish, expected_version=version, key=key, by=self.acting)
        say(
            request, seen.patient if seen else None,
            _("Redirected. The patient is told the new time by SMS, the referring doctor in the inbox."),
            _("Redirected. The referring doctor is told. The patient has no mobile number and gets no message: please call."),
        )  # fmt: skip
        within_reach = bookings_to_review(self.acting).filter(referral__public_id=public_id, status="booked").exists()
        return redirect("review_case", public_id) if within_reach else redirect("review")

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code in ("not_found", "not_allowed", "stale_state", "idempotency_mismatch"):
            return None
        values = {"reason": request.POST.get("reason", "")[:400], "pool_slot": request.POST.get("pool_slot", "")}
        offered = instead(refusal, lambda _row: "")
        return self.shown(request, public_id, values=values, also={"reason": values["reason"]}, **offered, **errors_in(refusal))

    def shown(self, request: HttpRequest, public_id: UUID, **more: Any) -> HttpResponse:
        booking = booking_under_review(self.acting, public_id)
        chosen = id_or_none(request.GET.get("department", ""))
        page = Paginator(moving.places_to_redirect_to(booking, department=chosen), PER_PAGE).get_page(request.GET.get("page"))
        seen_at, district = booking.referral.encounter.seen_at, booking.institution.district_id
        context = head_of(booking) | {
            "strip": strip_with_counts(booking.patient, district, None, seen_at=seen_at),
            "page": page,
            "places": [place_words(place) for place in page],
            "department": str(chosen or ""),
            "departments": [("", _("all departments")), *moving.departments_offered(booking)],
            "idempotency_key": str(uuid4()),
            "limit": moving.LONGEST_REASON,
            "is_open": is_waiting(booking),
        }
        return self.render(request, "referral/review/redirect.html", context | more)


class ReviewReturn(Page):
    """The advice as it will be signed: reason, text, and whose name stands below it."""

    policies = {"GET": REVIEWS, "POST": REVIEWS}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        answer = self.shown(request, public_id)
        saw(self.acting.actor, "referral", public_id, "review page")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        version = typed.version(request)
        words = texts(request, ["reason", "advice"], several_lines={"advice"})
        written = Written(words["reason"], words["advice"])
        return_with_advice(public_id, written, expected_version=version, by=self.acting)
        messages.success(request, _("Signed and returned. The referring doctor reads it first and tells the patient."))
        return redirect("review_case", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        """The same form with what was typed; an old proof keeps it too, beside the way to a new one."""
        if refusal.code not in ("invalid_input", "second_factor_required", "past_cutoff"):
            return None
        values = {"reason": request.POST.get("reason", ""), "advice": request.POST.get("advice", "")[: LONGEST_ADVICE * 2]}
        return self.shown(request, public_id, values=values, **errors_in(refusal))

    def shown(self, request: HttpRequest, public_id: UUID, **more: Any) -> HttpResponse:
        booking = booking_under_review(self.acting, public_id)
        session = self.acting.session
        context = head_of(booking) | {
            "reasons": [("", _("please choose")), *AdviceReason.choices],
            "longest": LONGEST_ADVICE,
            "fresh": session is not None and is_fresh(session),
            "signs": self.acting.can(Capability.RECORD_VISIT),
            "is_open": is_waiting(booking),
        }
        return self.render(request, "referral/review/return.html", context | more)


def case_of(acting: Acting, booking: Booking) -> dict[str, Any]:
    """Everything on the page of one referral, in a fixed number of queries."""
    now, story = timezone.now(), story_of(booking.referral)
    asked = story.open_question
    return head_of(booking) | {
        "story": story,
        "labels": LABELS | {"priority": _("Priority")},
        "due": asked.answer_by if asked else due_of(booking),
        "limit": LONGEST_QUESTION,
        "may": may(acting, booking, amended=bool(story.news)) if booking.starts_at > now else {},
        "undo_until": decide.undo_until(booking.referral, booking),
    }


def head_of(booking: Booking) -> dict[str, Any]:
    """What every page about one booking shows first."""
    contract = contract_on(booking.patient, timezone.localdate())
    return {
        "booking": booking,
        "referral": booking.referral,
        "class_words": booking_words(booking),
        "strip": strip_of(booking.patient, contract, seen_at=booking.referral.encounter.seen_at),
    }


def is_waiting(booking: Booking) -> bool:
    """Whether the hospital may still act on the booking, whether or not it accepted before."""
    return booking.status == "booked" and booking.referral.status == "booked" and booking.starts_at > timezone.now()


def due_of(booking: Booking) -> Any:
    """Until when the hospital should have decided; None once it has, be it before it was booked (R072)."""
    if not is_waiting(booking) or is_answered_before(booking.referral):
        return None
    return due_of_one(booking)


def may(acting: Acting, booking: Booking, *, amended: bool) -> dict[str, bool]:
    """Which buttons the page offers; the use cases decide again."""
    waits, live = is_waiting(booking), booking.status == "booked"
    status = booking.referral.status
    until = decide.undo_until(booking.referral, booking)
    return {
        "accept": waits and not is_answered_before(booking.referral),
        "ask": waits,
        "redirect": waits,
        "give_back": waits and acting.can(Capability.RECORD_VISIT),
        "go_on": live and status == "info_requested",
        "read": live and amended,
        "undo": live and status == "accepted" and (amended or (until is not None and timezone.now() < until)),
    }


def place_words(place: PoolSlot) -> dict[str, Any]:
    """One free place in words."""
    service = place.service
    words = service_words(service.kind, place.slot_class, service.title, name=service.name, disease=service.disease)
    return {"place": place, "words": words, "id": str(place.public_id)}


def _accept(request: HttpRequest, referral: UUID, by: Acting) -> None:
    decide.accept(referral, expected_version=typed.version(request), by=by)


def _undo(request: HttpRequest, referral: UUID, by: Acting) -> None:
    decide.undo_accept(referral, expected_version=typed.version(request), by=by)


def _read(request: HttpRequest, referral: UUID, by: Acting) -> None:
    decide.read_amendment(referral, expected_version=typed.version(request), by=by)


def _ask(request: HttpRequest, referral: UUID, by: Acting) -> None:
    words = texts(request, ["question"], several_lines={"question"})
    questions.ask(referral, words["question"], expected_version=typed.version(request), by=by)


def _go_on(request: HttpRequest, referral: UUID, by: Acting) -> None:
    questions.withdraw(referral, expected_version=typed.version(request), by=by)


ACTS: dict[str, Callable[[HttpRequest, UUID, Acting], None]] = {
    "accept": _accept, "undo": _undo, "read": _read, "ask": _ask, "go_on": _go_on,
}  # fmt: skip
