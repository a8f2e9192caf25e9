"""The rows of a doctor's pages, each list in a fixed number of queries."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from clinics.register.naming import short_name
from permissions.acting import Acting
from referral.booking.models import Booking
from referral.cases.models import SPENT, Referral
from referral.cases.queries import referrals_of
from referral.cases.submission_models import OPEN, PlaceRequest
from referral.patients.models import Encounter, FamilyDoctorContract, Patient, PatientIdentifier
from referral.patients.priority_shown import is_proved
from referral.patients.queries import of_unit, patients_of, searched
from referral.returns.models import WAITING, Return
from referral.returns.queries import returns_of
from referral.review.models import Question
from referral.review.queries import TO_READ

REPORT_DAYS = 3  # a report is expected within three days of the visit
AHEAD = ("booked", "accepted", "info_requested")
AT_HOSPITAL = ("booked", "accepted", "attended")
ASKED = Q(status="submitted") | Q(status="accepted", visit_date=None)  # of a hospital: waiting for its answer, or for a day (R072)


def listed_patients(acting: Acting, text: str, today: date) -> QuerySet[Patient]:
    """Patients of the acting unit that answer to a search, with what a list shows of each; the last seen first."""
    contracts = FamilyDoctorContract.objects.filter(patient=OuterRef("pk"), valid_from__lte=today, valid_to__gt=today)
    seen = Encounter.objects.filter(of_unit(acting.post), patient=OuterRef("pk")).order_by("-seen_at")
    documents = PatientIdentifier.objects.filter(patient=OuterRef("pk"), is_primary=True)
    rows = searched(patients_of(acting), text).annotate(
        contract_place=Subquery(contracts.values(place=short_name("institution"))[:1]),
        contract_until=Subquery(contracts.values("valid_to")[:1]),
        record_number=Subquery(contracts.values("health_record_number")[:1]),
        last_seen=Subquery(seen.values("seen_at")[:1]),
        document_tail=Subquery(documents.values("tail")[:1]),
        priority_proved=is_proved("pk", today),
    )
    return rows.order_by(F("last_seen").desc(nulls_last=True), "name_pinyin", "pk")


def unused(visits: QuerySet[Encounter]) -> QuerySet[Encounter]:
    """Visits from which no referral has been written that led anywhere."""
    return visits.exclude(pk__in=Referral.objects.exclude(status__in=SPENT).values("encounter"))


def with_booking(referrals: QuerySet[Referral]) -> QuerySet[Referral]:
    """Referrals with where and when their last booking leads, in the same query."""
    last = Booking.objects.filter(referral=OuterRef("pk")).exclude(status__in=("cancelled", "moved", "entered_in_error")).order_by("-pk")
    return referrals.annotate(
        place=Subquery(last.values(shown=short_name("institution"))[:1]),
        department=Subquery(last.values("department__name")[:1]),
        visit_date=Subquery(last.values("visit_date")[:1]),
        starts_at=Subquery(last.values("starts_at")[:1]),
        booking_id=Subquery(last.values("public_id")[:1]),
        booking_status=Subquery(last.values("status")[:1]),
    )


def written_by(acting: Acting) -> QuerySet[Referral]:
    """The acting post's own referrals."""
    return referrals_of(acting).filter(post=acting.post)


def owned_by(acting: Acting) -> QuerySet[Referral]:
    """The referrals that are the acting post's work now: her own, and those handed to her."""
    return referrals_of(acting).filter(owner=acting.post)


def open_of(acting: Acting, today: date) -> QuerySet[Referral]:
    """The referrals in the acting post's hands that need somebody: to book, to rebook, to chase."""
    overdue = today - timedelta(days=REPORT_DAYS)
    rows = with_reasons(with_booking(owned_by(acting)))
    return rows.filter(
        Q(status__in=("draft", "info_requested", "not_attended")) | Q(status__in=AT_HOSPITAL, visit_date__lt=overdue) | ASKED | TO_READ
    ).order_by("created_at")


def asked_for(referrals: Iterable[Any]) -> dict[int, PlaceRequest]:
    """The open request of each of these that waits for a hospital or for a day; nothing is read where there is none (R072)."""
    keys = [one.pk for one in referrals if waits_for_hospital(one)]
    behind = ("service__institution__district", "service__department", "referral")
    rows = PlaceRequest.objects.filter(referral__in=keys, status__in=OPEN).select_related(*behind) if keys else ()
    return {one.referral_id: one for one in rows}


def waits_for_hospital(referral: Any) -> bool:
    """Whether one of `open_of` waits for a hospital's answer, or for a day that it may be booked on."""
    return referral.status in ("submitted", "accepted") and referral.visit_date is None


def with_reasons(referrals: QuerySet[Referral]) -> QuerySet[Referral]:
    """Referrals with why they wait: who ended the last booking, and until when the hospital needs an answer."""
    bookings = Booking.objects.filter(referral=OuterRef("pk")).order_by("-pk")
    asked = Question.objects.filter(referral=OuterRef("pk"), answered_at=None, withdrawn_at=None).order_by("-pk")
    return referrals.annotate(last_cause=Subquery(bookings.values("cancel_cause")[:1]), answer_by=Subquery(asked.values("answer_by")[:1]))


def returns_waiting(acting: Acting) -> QuerySet[Return]:
    """Patients sent back whom somebody of the unit has to take over, the most urgent first."""
    return returns_of(acting).filter(status__in=WAITING).order_by("due_at", "pk")


def booked_ahead(acting: Acting, today: date) -> dict[str, int]:
    """How many visits lie ahead, and how many of them are tomorrow."""
    rows = with_booking(owned_by(acting)).filter(status__in=AHEAD, visit_date__gte=today)
    return rows.aggregate(all=Count("pk"), tomorrow=Count("pk", filter=Q(visit_date=today + timedelta(days=1))))


def seen_today(acting: Acting, today: date) -> QuerySet[Encounter]:
    """Today's visits to the acting doctor, with the referral each led to, in the order they came."""
    begin = timezone.make_aware(datetime.combine(today, time.min))
    led_to = Referral.objects.filter(encounter=OuterRef("pk")).exclude(status__in=SPENT)
    contracts = FamilyDoctorContract.objects.filter(patient=OuterRef("patient"), valid_from__lte=today, valid_to__gt=today)
    rows = Encounter.objects.filter(post=acting.post, seen_at__range=(begin, begin + timedelta(days=1)))
    return (
        rows.select_related("patient")
        .annotate(
            referral_id=Subquery(led_to.values("public_id")[:1]),
            referral_status=Subquery(led_to.values("status")[:1]),
            contract_place=Subquery(contracts.values(place=short_name("institution"))[:1]),
        )
        .order_by("seen_at", "pk")
    )


def promise_kept(acting: Acting, today: date, promise_days: int) -> dict[str, int]:
    """Of this month's booked referrals, how many are seen within the promised days of the request (R112, C24)."""
    month = timezone.make_aware(datetime.combine(today.replace(day=1), time.min))
    rows = with_booking(written_by(acting)).filter(created_at__gte=month, visit_date__isnull=False)
    rows = rows.annotate(promised=F("created_at__date") + timedelta(days=promise_days))
    return rows.aggregate(all=Count("pk"), kept=Count("pk", filter=Q(visit_date__lte=F("promised"))))
