"""Whom a stopped session or a blocked band affects: the bookings that still have a place there (R126-R128)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Count, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce, Now

from clinics.models import ClinicSession, ClinicStop, Slot, StopStatus
from clinics.timetables.stop_queries import sessions_of
from permissions.acting import Acting
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.booking.models import LIVE, Booking

SESSION = "pool_slot__slot__session"
BEHIND = ("patient", "department", "pool_slot__service", "referral__institution", "referral__owner__user")
STILL_BOOKED = Booking.objects.filter(status__in=LIVE)


@dataclass(frozen=True, slots=True)
class Affected:
    """One booking whose visit does not take place, as the hospital's coordinator may see it."""

    id: UUID
    number: str
    starts_at: datetime
    ends_at: datetime
    department: str
    service: str
    name: str
    sex: str
    phone_tail: str
    doctor: str
    centre: str
    centre_phone: str
    status: str
    status_word: str
    told: bool


def affected_by(of: Sequence[ClinicSession] | Sequence[Slot]) -> QuerySet[Booking]:
    """The live bookings in these sessions, or in these bands, by time; nothing of them is cancelled here (R124)."""
    if not of:
        return Booking.objects.none()
    held = SESSION if isinstance(of[0], ClinicSession) else "pool_slot__slot"
    return _in_order(STILL_BOOKED.filter(**{f"{held}__in": [one.pk for one in of]}))


def affected_by_stop(stop: ClinicStop) -> QuerySet[Booking]:
    """The live bookings in the sessions of one stop, or in its bands still blocked; of a proposed one those it would reach. By time."""
    if stop.bands.exists():
        return _in_order(STILL_BOOKED.filter(pool_slot__slot__in=stop.bands.filter(is_blocked=True)))
    return _in_order(STILL_BOOKED.filter(**{f"{SESSION}__in": sessions_of(stop).order_by()}))


def affected_in(session: ClinicSession) -> QuerySet[Booking]:
    """The live bookings in the blocked bands of a session, or in the whole of one that was stopped, by time."""
    held = STILL_BOOKED.filter(**{SESSION: session})
    return _in_order(held if session.status == "stopped" else held.filter(pool_slot__slot__is_blocked=True))


def counts_of(sessions: Sequence[ClinicSession]) -> dict[int, int]:
    """How many live bookings each of these sessions holds, by the session's key; without any it is not named."""
    rows = STILL_BOOKED.filter(**{f"{SESSION}__in": [one.pk for one in sessions]}).order_by()
    return dict(rows.values_list(SESSION).annotate(many=Count("pk")))


def with_counts(stops: QuerySet[ClinicStop]) -> QuerySet[ClinicStop]:
    """Stops with the number of their sessions, bands and the bookings they affect (a proposed one: would affect), in the same query."""
    held = ClinicSession.objects.filter(stops=OuterRef("pk"))
    bands = Slot.objects.filter(stops=OuterRef("pk"))
    reached = ClinicSession.objects.filter(
        service=OuterRef("service"), date__gte=OuterRef("first_day"), date__lte=OuterRef("last_day"), status="planned", ends_at__gt=Now()
    )
    reached = reached.alias(only=ExpressionWrapper(OuterRef("half_day"), TextField())).filter(Q(only="") | Q(only=F("half_day")))
    return stops.annotate(
        affected=Case(When(status=StopStatus.PROPOSED, then=_booked_in(reached)), default=_booked_in(held) + _booked_in_bands(bands)),
        sessions_count=Case(When(status=StopStatus.PROPOSED, then=_many(reached)), default=_many(held)),
        bands_count=_many(bands),
    )


def lines_of(bookings: QuerySet[Booking], by: Acting) -> list[Affected]:
    """The bookings as lines, names masked and phones by their last four; nothing for who may not see a hospital's bookings."""
    if not by.can(Capability.SEE_BOOKINGS) or by.post is None:
        return []
    return [_line(one) for one in bookings.filter(institution=by.post.institution_id)]


def _many(rows: QuerySet[ClinicSession] | QuerySet[Slot]) -> Coalesce:
    counted = rows.order_by().annotate(one=Value(1)).values("one").annotate(many=Count("pk")).values("many")
    return Coalesce(Subquery(counted), 0)


def _booked_in(sessions: QuerySet[ClinicSession]) -> Coalesce:
    here = {"slots__pool_slots__bookings__status__in": LIVE}
    counted = sessions.filter(**here).order_by().annotate(one=Value(1)).values("one")
    return Coalesce(Subquery(counted.annotate(many=Count("slots__pool_slots__bookings")).values("many")), 0)


def _booked_in_bands(bands: QuerySet[Slot]) -> Coalesce:
    counted = bands.filter(is_blocked=True, pool_slots__bookings__status__in=LIVE).order_by().annotate(one=Value(1)).values("one")
    return Coalesce(Subquery(counted.annotate(many=Count("pool_slots__bookings")).values("many")), 0)


def _in_order(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    return bookings.select_related(*BEHIND).order_by("starts_at", "pk")


def _line(booking: Booking) -> Affected:
    patient, owner, centre = booking.patient, booking.referral.owner, booking.referral.institution
    return Affected(
        id=booking.public_id, number=booking.number, starts_at=booking.starts_at, ends_at=booking.ends_at,
        department=booking.department.name, service=booking.pool_slot.service.name, name=mask_name(patient.name), sex=patient.sex,
        phone_tail=patient.phone_tail or patient.landline_tail, doctor=owner.user.display_name if owner else "",
        centre=centre.display_short_name, centre_phone=centre.phone, status=booking.status,
        status_word=str(booking.get_status_display()), told=booking.told_at is not None,
    )  # fmt: skip
