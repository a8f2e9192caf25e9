"""Books the next or an onward visit from the consulting room, from the places kept for residents (R120, R121)."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics.models.offer import HELD_IN_SESSIONS
from clinics.models.post import Title
from clinics.offers.offered import offered_on
from clinics.register.taking_part import open_on
from permissions.acting import Acting
from permissions.roles import Capability, Role
from referral.booking import articles, codes, limits, rules, sentences
from referral.booking.alternatives import ANOTHER_TIME, here, with_alternatives
from referral.booking.book import not_found
from referral.booking.exam_messages import text_for
from referral.booking.expected import today, visits_of
from referral.booking.facts import SHANGHAI
from referral.booking.messages import BOOKED, told
from referral.booking.models import Booking, BookingMode
from referral.booking.outcome import known_outcome
from referral.booking.read import Judged, booking_facts
from referral.booking.remind import appointment_of
from referral.booking.room import with_room
from referral.booking.visit_behind import BEHIND, check_recent, held
from referral.booking.write import second_wall
from referral.cases.criteria import focus_of
from referral.cases.models import FollowKind, Referral
from referral.cases.number import next_number
from referral.inbox.tell import answering_for, tell
from referral.patients.guardians_reach import reached
from referral.patients.models import Encounter
from reserved_pools import claims
from reserved_pools.ahead import ahead
from reserved_pools.models import PoolKind, PoolSlot
from vault import idempotency
from vault.audit import record
from vault.crypto import keyed_hash
from vault.ids import uuid7
from vault.outbox.put import put
from vault.refusal import Refusal, Violation, invalid
from vault.states import advance, created
from vault.transactions import requires_transaction

RANKS: Final = {title: rank for rank, title in enumerate(("", Title.RESIDENT, Title.ATTENDING, Title.ASSOCIATE, Title.CHIEF))}
LONGEST_REASON: Final = 100
HORIZON_SHOWN: Final = 31


@dataclass(frozen=True, slots=True)
class Wish:
    """Which place, what the visit is to the one before, and why in a line."""

    pool_slot: UUID
    kind: FollowKind
    reason: str


def book_next(booking_id: UUID, wish: Wish, *, key: str, by: Acting) -> Booking:
    """Promise a visit booked in the consulting room after one that took place, as a referral of its own; once for each key.

    Own hospital, a place kept for residents, judged by `rules.RULES_IN_CONSULTATION`, at most `next_visit_days` after the visit.
    The new referral follows the first, is booked at once, and belongs to who answers for that one. Locks right, patient, place, the
    referral followed. Refuses with `not_allowed`, `not_found`, `invalid_input` (both fields at once), `idempotency_mismatch`,
    `not_seen_yet`, `visit_too_long_ago`, every broken rule, `slot_not_available`, `outcome_unknown`; those another time would cure
    carry `current["alternatives"]`.
    """
    if by.post is None or not by.can(Capability.BOOK_NEXT):
        raise Refusal("not_allowed", _("Your role does not include this."))
    reason = checked_reason(wish)
    body = {"next": booking_id, "pool_slot": wish.pool_slot, "kind": wish.kind.value, "reason": reason}
    visit: Booking | None = None
    judged: Judged | None = None
    try:
        with known_outcome():
            visit = visits_of(by).filter(public_id=booking_id).select_related(*BEHIND).first()
            if visit is None:
                raise not_found()
            judged = _judged(visit, wish, key)
            before = idempotency.find(by.user.public_id, key, body)
            if before is not None:
                return Booking.objects.get(public_id=before)
            made = _booked(visit, judged, wish, reason, by)
            idempotency.store(by.user.public_id, key, body, made.public_id)
    except Refusal as refusal:
        raise with_alternatives(refusal, judged, by, find=partial(_instead, visit, wish.kind), curable=ANOTHER_TIME) from refusal
    return made


def _judged(visit: Booking, wish: Wish, key: str) -> Judged | None:
    """Step: the facts under locks; nobody lets a rule pass for a visit booked here."""
    held = booking_facts(visit.referral.public_id, wish.pool_slot, key, first_booker(visit), kind=PoolKind.RESIDENT_DIRECT)
    return replace(held, facts=replace(held.facts, let_pass=frozenset())) if held else None


def _booked(visit: Booking, judged: Judged | None, wish: Wish, reason: str, by: Acting) -> Booking:
    """Step: everything a first request must pass, then the write."""
    assert by.post is not None
    if judged is None or judged.row.institution != by.post.institution_id:
        raise not_found()
    place = PoolSlot.objects.locked().select_related("service", "department").get(pk=judged.row.pool_slot)
    visit = held(visit)
    check_follows(visit, place, wish.kind)
    check_recent(visit, judged.facts.today)
    check_rules(judged)
    return _written(visit, place, judged, wish.kind, reason, by)


def _instead(visit: Booking | None, kind: FollowKind, judged: Judged, by: Acting) -> list[dict[str, Any]]:
    assert visit is not None, "what is judged has a visit before it"
    return here(judged, by, next_places(visit, kind, by, service_kind=judged.row.service_kind))


def checked_reason(wish: Wish) -> str:
    """The line that says why. Refuses with `invalid_input`, all faults at once."""
    reason, faults = wish.reason.strip(), []
    if wish.kind is FollowKind.NONE:
        faults.append(Violation("invalid_input", _("Say which kind of visit this is."), field="kind"))
    if not reason:
        faults.append(Violation("invalid_input", _("Say in a line why the patient comes again."), field="reason"))
    if len(reason) > LONGEST_REASON:
        faults.append(Violation("invalid_input", _("Write at most 100 characters."), field="reason"))
    if faults:
        raise Refusal("invalid_input", _("Some of what was entered needs another look."), tuple(faults))
    return reason


def check_follows(visit: Booking, place: PoolSlot, kind: FollowKind) -> None:
    """R120: the same department again; R121: a senior title there, another department, or a consultation anywhere in the hospital."""
    if visit.status != "fulfilled":
        raise Refusal("not_seen_yet", _("Confirm first that you have seen the patient; then the next visit can be booked."))
    same = place.department_id == visit.department_id
    if kind in (FollowKind.NEXT, FollowKind.SENIOR) and not same:
        raise invalid("pool_slot", _("This visit stays in the department."), remedy=_("Choose a time of the same department."))
    if kind is FollowKind.OTHER and same:
        raise invalid("pool_slot", _("This is the same department."), remedy=_("Choose another department, or book it as the next visit."))
    if kind is FollowKind.SENIOR and rank_of(place.service.title) <= rank_of(visit.title):
        raise invalid("pool_slot", _("This title is not higher than the one of the visit."), remedy=_("Choose a clinic of a higher title."))


def check_rules(judged: Judged) -> None:
    """Every broken rule of the consulting room at once."""
    broken = rules.broken_rules(judged.facts, rules.RULES_IN_CONSULTATION)
    if broken:
        raise sentences.refusal_of(broken)


def rank_of(title: str) -> int:
    """The order of titles; a clinic without one is the lowest."""
    return RANKS.get(title, 0)


def first_booker(visit: Booking) -> Acting:
    """Who booked the first visit of this chain: her district's limits hold, whatever became of her right."""
    first = visit
    while first.right_id is None and first.referral.follows is not None:
        rows = Booking.objects.filter(referral=first.referral.follows, status="fulfilled").select_related("referral__follows", "post__user")
        first = rows.latest("pk")
    return Acting(first.post.user, Role(first.post.kind), first.post)


def next_places(visit: Booking, kind: FollowKind, by: Acting, *, service_kind: str = "") -> "QuerySet[PoolSlot]":
    """The free places kept for residents at the acting hospital that fit this kind of visit, by time: clinics and examinations.

    None is further ahead than the hospital lets book (R106), though a calendar of further days is published, and none is one that
    the resident's limits refuse.
    An examination of the department itself is a next visit, one of another department a visit there.
    """
    assert by.post is not None
    day = today()
    days = [day + timedelta(days=number) for number in range(1, HORIZON_SHOWN + 1)]
    rows = PoolSlot.objects.with_remaining().filter(
        open_on(day="visit_date"), offered_on(day="visit_date"), ahead(day).within(),
        kind=PoolKind.RESIDENT_DIRECT, institution_id=by.post.institution_id,
        opens_at__lte=Now(), closes_at__gt=Now(), closed_at__isnull=True, remaining__gt=0, slot__session__status="planned",
        visit_date__range=(days[0], days[-1]),
        service__kind__in=[service_kind] if service_kind else HELD_IN_SESSIONS,
    )  # fmt: skip
    if kind in (FollowKind.NEXT, FollowKind.SENIOR):
        rows = rows.filter(department_id=visit.department_id)
    if kind is FollowKind.OTHER:
        rows = rows.exclude(department_id=visit.department_id)
    if kind is FollowKind.SENIOR:
        rows = rows.filter(service__title__in=[title for title in RANKS if rank_of(title) > rank_of(visit.title)])
    left = with_room(rows, visit.patient, by.post.institution, days, district=visit.post.institution.district_id)
    return left.select_related("department", "service").order_by("starts_at", "department__name", "pk")


def followers_of(referral: Referral) -> list[Referral]:
    """The visits booked in the consulting room from this one, with their bookings, the newest first."""
    rows = referral.followed_by.select_related("post__institution", "post__user").prefetch_related(
        "bookings__department", "bookings__institution"
    )
    return list(rows.order_by("-pk"))


def _written(visit: Booking, place: PoolSlot, judged: Judged, kind: FollowKind, reason: str, by: Acting) -> Booking:
    """Step: the place first, because somebody else may take it; then encounter, referral, booking, message, notice."""
    requires_transaction()
    public_id = uuid7()
    if not claims.claim_of_residents(place.pk, about=public_id, reason="booked"):
        raise sentences.refusal_of((rules.violation_of(articles.TAKEN, "slot_not_available"),))
    referral = _referral(visit, judged, kind, reason, by)
    try:
        booking = _booking(public_id, referral, place, judged, by)
    except IntegrityError as error:
        raise second_wall(error, judged) from error
    appointment = appointment_of(booking)
    put(text_for(BOOKED, appointment).key, reached(booking.patient).phone, told(appointment), about=public_id, version=1)
    details = {"follows": str(visit.public_id), "kind": kind.value, "visit_date": place.visit_date.isoformat()}
    record("booking.book_next", "booking", public_id, by=by.actor, details=details)
    tell(answering_for(referral.owner, referral.institution), "booking_next", about=public_id)
    return booking


def _referral(visit: Booking, judged: Judged, kind: FollowKind, reason: str, by: Acting) -> Referral:
    """Step: the referral of the new visit, written and booked at once, in the hands of who answers for the first."""
    first, post, now = visit.referral, by.post, judged.facts.now
    assert post is not None
    written = getattr(first, "report", None)
    encounter = Encounter.objects.create(patient=visit.patient, post=post, institution=post.institution, seen_at=now, note=reason)
    texts: dict[str, Any] = {name: getattr(first, name) for name in ("present_history", "past_history", "treatment")}
    day, impression = now.astimezone(SHANGHAI).date(), written.diagnosis if written else first.impression
    referral = Referral.objects.create(
        number=next_number(first.institution.district.code, day), focus=focus_of(impression, (), first.institution, day),
        patient=visit.patient, encounter=encounter, post=post, owner=first.owner, institution=first.institution, reason=reason,
        impression=impression, truth_accepted_at=now, follows=first, follow_kind=kind, **texts,
    )  # fmt: skip
    created(referral, by=by.actor)
    advance(referral, "booked", by=by.actor)
    return referral


def _booking(public_id: UUID, referral: Referral, place: PoolSlot, judged: Judged, by: Acting) -> Booking:
    """Step: the row of the booking with everything it was judged by."""
    code = codes.new_code()
    booking = Booking.objects.create(
        public_id=public_id, number=referral.number, referral=referral, patient=referral.patient, pool_slot=place, right=None, post=by.post,
        institution_id=place.institution_id, department=place.department, standard_code=place.standard_code, visit_date=place.visit_date,
        starts_at=place.starts_at, ends_at=place.ends_at, slot_class=place.slot_class, title=place.service.title,
        mode=BookingMode.CONSULTATION, confirmation_code=code, code_hash=keyed_hash(code, codes.PURPOSE), slip_token=codes.new_token(),
        cancel_until=limits.cancel_until(judged.values, place.visit_date), policy=limits.as_json(judged.values),
    )  # fmt: skip
    created(booking, by=by.actor)
    return booking
