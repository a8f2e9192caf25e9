"""Booking the next or an onward visit from the consulting room: kind, free times by day, one confirmation (R120, R121)."""

from collections.abc import Iterable
from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.models.offer import BOOKABLE_KINDS, HELD_IN_SESSIONS
from permissions.doors import Needs, Page
from permissions.doors.fields import ID
from permissions.roles import Capability
from referral.booking.models import Booking
from referral.booking.next_visit import LONGEST_REASON, Wish, book_next, next_places
from referral.booking.visit_behind import check_recent
from referral.cases.models import FollowKind
from referral.views import typed
from referral.views.availability import cancel_until, what_to_know
from referral.views.book import uuid_from
from referral.views.instead import instead
from referral.views.matrix import service_words
from referral.views.saying import say
from referral.views.strip import strip_with_counts
from referral.views.visits import visit_of
from reserved_pools.models import PoolSlot
from vault.audit import saw
from vault.refusal import Refusal, Violation

BOOKING_NEXT = Needs(Capability.BOOK_NEXT)
KINDS = [(kind.value, kind.label) for kind in FollowKind if kind is not FollowKind.NONE]
SERVICE_KINDS = [("", gettext_lazy("all kinds")), *BOOKABLE_KINDS]
PER_PAGE = 40


class NextVisit(Page):
    """The kind and the department stand in the address; the booking itself is one POST."""

    policies = {"GET": BOOKING_NEXT, "POST": BOOKING_NEXT}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        visit = visit_of(self, public_id)
        if visit.status != "fulfilled":
            return redirect("visit", public_id)
        check_recent(visit, timezone.localdate())
        answer = self.page(request, visit)
        saw(self.acting.actor, "booking", public_id, "next visit page")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        reason = typed.printable_texts(request, ("reason",), one_line={"reason"})["reason"]
        wish = Wish(uuid_from(request, "pool_slot"), kind_of(request.POST.get("kind", "")), reason)
        made = book_next(public_id, wish, key=str(uuid_from(request, "idempotency_key")), by=self.acting)
        say(
            request, visit_of(self, public_id).patient,
            _("Booked. The message to the patient is on its way; the family doctor sees it too."),
            _("Booked. The patient has no mobile number and gets no message: tell her now. The family doctor sees it too."),
        )  # fmt: skip
        return redirect("visit", public_id) if made else redirect("visits")

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        mine = {"kind", "reason"} | ({"pool_slot"} if any(one.remedy for one in refusal.violations) else set())
        ours = refusal.code != "invalid_input" or {one.field for one in refusal.violations} <= mine
        if refusal.code in ("not_found", "not_allowed", "idempotency_mismatch") or not ours:
            return None
        return self.page(request, visit_of(self, public_id), refusal)

    def page(self, request: HttpRequest, visit: Booking, refusal: Refusal | None = None) -> HttpResponse:
        asked = request.POST if request.method == "POST" else request.GET
        kind = known_kind(asked.get("kind", "")) or FollowKind.NEXT
        service_kind = known_service_kind(request.GET.get("service_kind", ""))
        every = next_places(visit, kind, self.acting)
        places = every.filter(service__kind=service_kind) if service_kind else every
        department = request.GET.get("department", "")
        if ID.match(department):
            places = places.filter(department__public_id=UUID(department))
        page = Paginator(places, PER_PAGE).get_page(request.GET.get("page"))
        chosen = self.chosen(asked, every)
        referral = visit.referral
        errors = {one.field: one.message for one in refusal.violations} if refusal else {}
        reason = typed.text(request, "reason") if request.method == "POST" else ""
        only_fields = bool(errors) and set(errors) <= {"kind", "reason"}
        context: dict[str, Any] = {
            "booking": visit,
            "referral": referral,
            "strip": strip_with_counts(
                visit.patient, visit.institution.district_id, chosen.visit_date if chosen else None, seen_at=referral.encounter.seen_at
            ),
            "kind": kind.value,
            "kinds": KINDS,
            "service_kind": service_kind,
            "service_kinds": SERVICE_KINDS,
            "says": what_to_know(chosen.service) if chosen and chosen.service.is_booked_by_name else [],
            "items": list(chosen.service.items.all()) if chosen and chosen.service.is_booked_by_name else [],
            "departments": departments_in(every),
            "department": department,
            "page": page,
            "days": by_day(page),
            "slot": chosen if refusal is None or only_fields else None,
            "slot_words": words_of(chosen) if chosen else "",
            "cancel_until": cancel_until(visit.institution, chosen.visit_date) if chosen else None,
            "reason": reason,
            **instead(refusal, lambda _row: f"?kind={kind.value}"),
            "also": {"kind": kind.value, "reason": reason},
            "limit": LONGEST_REASON,
            "errors": errors,
            "refusal": None if only_fields else refusal,
            "idempotency_key": asked.get("idempotency_key") or uuid4(),
        }
        return self.render(request, "referral/next_visit.html", context)

    def chosen(self, asked: Any, places: Any) -> PoolSlot | None:
        """The place the address or the form names, when it is still free."""
        named = asked.get("slot") or asked.get("pool_slot") or ""
        return places.filter(public_id=UUID(named)).first() if ID.match(named) else None


def known_kind(text: str) -> FollowKind | None:
    """The kind of an address; None when it names none."""
    return FollowKind(text) if text and text in FollowKind.values else None


def known_service_kind(text: str) -> str:
    """The kind of service of an address; '' when it names none that is booked."""
    return text if text in HELD_IN_SESSIONS else ""


def kind_of(text: str) -> FollowKind:
    """The kind of the form. Refuses with `invalid_input`."""
    kind = known_kind(text)
    if kind is None:
        sentence = _("Say which kind of visit this is.")
        raise Refusal("invalid_input", sentence, (Violation("invalid_input", sentence, field="kind"),))
    return kind


def by_day(places: Iterable[PoolSlot]) -> list[tuple[Any, list[tuple[PoolSlot, str]]]]:
    """The places of a page under their days."""
    return [(day, [(place, words_of(place)) for place in rows]) for day, rows in groupby(places, key=lambda place: place.visit_date)]


def words_of(place: PoolSlot) -> str:
    """What is offered: class and title, never a doctor's name (R081)."""
    service = place.service
    return service_words(service.kind, place.slot_class, service.title, name=service.name, disease=service.disease)


def departments_in(places: Any) -> list[tuple[str, str]]:
    """The departments that have such a place, as a filter offers them."""
    rows = places.order_by("department__standard_code").values_list("department__public_id", "department__name").distinct()
    return [("", _("all departments")), *((str(public_id), name) for public_id, name in rows)]
