"""The review worklist of a hospital: what waits, soonest visit first, what was asked, accepted, amended since, and returned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest, Now
from django.utils import timezone

from clinics import policy
from clinics.models import Department
from permissions.acting import Acting
from referral import parameters
from referral.booking.facts import SHANGHAI
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.cases.place_requests import LIVE
from referral.cases.submission_models import PlaceRequest
from referral.cases.versions import ReferralVersion
from referral.patients.models import Patient
from referral.patients.queries import searched
from referral.review.models import Decision, Question, ReviewDecision
from referral.review.requests import requests_to_review, waiting_requests
from referral.review.scope import bookings_to_review, with_answer_before

STATES: Final = ("", "asked", "accepted", "returned", "all")
STANDS: Final = (Decision.ACCEPTED, Decision.AMENDMENT_READ)
# What has ended and its doctor has not read yet: advice of the hospital, a request that came to no place (R199).
TO_READ: Final = Q(status="returned_with_advice", advice__isnull=False, advice__seen_at=None) | Q(
    status="expired", ending__isnull=False, ending__seen_at=None
)
NUMBER_DIGITS: Final = 4  # a search for fewer digits finds nobody


@dataclass(frozen=True, slots=True)
class Sought:
    """What the reader filters by; everything empty is the list of what waits."""

    state: str = ""
    department: UUID | None = None
    priority: str = ""
    text: str = ""
    focus: str = ""


def under_review(by: Acting, sought: Sought) -> "QuerySet[Booking]":
    """The bookings of one list with what a row shows, in one query: the soonest visit first, returned ones the latest first."""
    rows = with_review(bookings_to_review(by))
    if sought.department is not None:
        rows = rows.filter(department__public_id=sought.department)
    if sought.priority:
        rows = rows.filter(referral__priority=sought.priority)
    if sought.focus:
        rows = rows.exclude(referral__focus="") if sought.focus == "any" else rows.filter(referral__focus__contains=sought.focus)
    if sought.text.strip():
        rows = rows.filter(_answering_to(sought.text))
    rows = rows.filter(_in_state(sought.state))
    return rows.order_by("-pk") if sought.state == "returned" else rows.order_by("starts_at", "pk")


def requests_under_review(by: Acting, sought: Sought) -> "QuerySet[PlaceRequest]":
    """What was asked of the hospital, for the same lists and filters: what waits for its answer, or was accepted and has no day yet."""
    if sought.state not in ("", "accepted", "all"):
        return PlaceRequest.objects.none()
    waits, accepted = Q(status="asked"), Q(status="accepted", referral__status="accepted") & ~Q(Exists(_ahead()))
    rows = requests_to_review(by).filter({"": waits, "accepted": accepted, "all": waits | accepted}[sought.state])
    if sought.department is not None:
        rows = rows.filter(service__department__public_id=sought.department)
    if sought.priority:
        rows = rows.filter(referral__priority=sought.priority)
    if sought.focus:
        rows = rows.exclude(referral__focus="") if sought.focus == "any" else rows.filter(referral__focus__contains=sought.focus)
    if sought.text.strip():
        rows = rows.filter(_answering_to(sought.text, "referral__"))
    return rows.order_by("pk")


def _ahead() -> "QuerySet[Booking]":
    return Booking.objects.filter(referral=OuterRef("referral"), status__in=LIVE)


def waiting_count(by: Acting) -> int:
    """How many wait for the hospital, booked or asked for before, for the number beside the section; one query."""
    booked = with_stand(bookings_to_review(by).select_related(None)).filter(_in_state("")).order_by().values_list("pk")
    return booked.union(waiting_requests(by).select_related(None).order_by().values_list("pk"), all=True).count()


def with_review(rows: "QuerySet[Booking]") -> "QuerySet[Booking]":
    """Bookings with since when the hospital has had to act, the open question's clock, and when they were amended since it accepted."""
    questions = Question.objects.filter(booking=OuterRef("pk"))
    answered = questions.exclude(answered_at=None).order_by("-answered_at").values("answered_at")[:1]
    asked = questions.filter(answered_at=None, withdrawn_at=None)
    return with_stand(rows).annotate(
        waiting_since=Greatest("created_at", Coalesce(Subquery(answered), "created_at")),
        was_answered=Exists(questions.exclude(answered_at=None)),
        answer_by=Subquery(asked.values("answer_by")[:1]),
    )


def with_stand(rows: "QuerySet[Booking]") -> "QuerySet[Booking]":
    """Bookings with whether the hospital accepted before, and whether the referral was amended after it last stood by its acceptance."""
    stood = ReviewDecision.objects.filter(referral=OuterRef("referral"), decision__in=STANDS).order_by("-pk")
    since = ReferralVersion.objects.filter(referral=OuterRef("referral"), created_at__gt=Subquery(stood.values("created_at")[:1]))
    return with_answer_before(rows).annotate(is_amended=Exists(since))


def departments_reviewed(by: Acting) -> list[tuple[str, str]]:
    """The departments this person may filter by; nothing for whoever has one only."""
    booked = bookings_to_review(by).order_by().values("department")
    asked = requests_to_review(by).order_by().values("service__department")
    rows = Department.objects.filter(Q(pk__in=booked) | Q(pk__in=asked)).order_by("name").values_list("public_id", "name")
    return [(str(public_id), name) for public_id, name in rows]


def review_due(booking: Any, hours: Mapping[int, int]) -> datetime:
    """Until when the hospital should have reviewed it: so many hours after it had to act, never later than the visit."""
    due: datetime = booking.waiting_since + timedelta(hours=hours[booking.department_id])
    return min(due, booking.starts_at)


def due_of_one(booking: Booking) -> datetime:
    """The same for one booking, asked anew."""
    row = with_review(Booking.objects.filter(pk=booking.pk).select_related("institution", "department")).get()
    return review_due(row, review_hours([row], timezone.now()))


def referral_behind(booking_id: UUID) -> Referral:
    """The referral of a booking just made."""
    return Booking.objects.select_related("referral").get(public_id=booking_id).referral


def review_hours(bookings: "list[Booking]", now: datetime) -> dict[int, int]:
    """The hours of each department among these bookings, by its key."""
    day = now.astimezone(SHANGHAI).date()
    departments = {booking.department_id: booking for booking in bookings}
    return {pk: _hours(booking, day) for pk, booking in departments.items()}


def _hours(booking: Booking, day: Any) -> int:
    value: Any = policy.value(parameters.REVIEW_HOURS, at=day, institution=booking.institution, department=booking.department)
    return int(value)


def _in_state(state: str) -> Q:
    ahead = Q(status="booked", starts_at__gt=Now())
    amended = Q(referral__status__in=("booked", "accepted"), is_amended=True)
    return {
        "": ahead & (Q(referral__status="booked", answered_before=False) | amended),
        "asked": ahead & Q(referral__status="info_requested"),
        "accepted": ahead & Q(referral__status="accepted"),
        "returned": Q(advice__isnull=False),
        "all": ahead & Q(referral__status__in=("booked", "accepted", "info_requested")),
    }.get(state, Q(pk__in=[]))


def _answering_to(text: str, of: str = "") -> Q:
    """By the referral's number, or by the resident as everywhere else: name, initials, last four of a document or phone."""
    digits = "".join(character for character in text if character.isdigit())
    people = Q(**{f"{of}patient__in": searched(Patient.objects.all(), text).values("pk").order_by()})
    if len(digits) < NUMBER_DIGITS:
        return people
    return people | Q(**{f"{of}number": digits}) | Q(**{f"{of}number__endswith": digits})
