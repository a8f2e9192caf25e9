"""Which breaches, bans and restrictions a person may see, and what answers to a search among them."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, Count, Prefetch, Q, QuerySet, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.models import District, RoleAssignment, User
from permissions.roles import Capability, Role
from referral.credit.models import AppealPaper, BookingBan, Breach, Restriction
from referral.patients.models import Patient
from referral.patients.queries import patients_of, searched
from vault.refusal import Refusal

NOTHING_HERE: Final = _("There is nothing here that you may see.")
BEHIND: Final = ("patient", "district", "institution", "booking__department", "booking__referral__owner__user", "recorded_by", "appeal")
# The files beside each appeal, without their content.
PAPERS: Final = Prefetch("appeal__papers", queryset=AppealPaper.objects.listed().select_related("added_by", "withdrawn_by"))
OPEN: Final = ("recorded", "notified", "appealed")


def breaches_seen_by(acting: Acting) -> QuerySet[Breach]:
    """The breaches of one's own residents, or of one's district; nobody else sees any."""
    rows = Breach.objects.none()
    if acting.can(Capability.APPEAL_BREACH):
        rows = appealable_by(acting)
    elif acting.can(Capability.DECIDE_APPEALS):
        rows = decided_by(acting)
    return rows.select_related(*BEHIND, "appeal__filed_by", "appeal__decided_by").prefetch_related("bans", PAPERS)


def appealable_by(acting: Acting) -> QuerySet[Breach]:
    """The breaches of the residents in the acting unit's care."""
    return Breach.objects.filter(patient__in=patients_of(acting).values("pk"))


def decided_by(acting: Acting) -> QuerySet[Breach]:
    """The breaches of the acting district."""
    return Breach.objects.filter(district_id=acting.district_id)


def breach_seen_by(acting: Acting, public_id: UUID) -> Breach:
    """One of them. Refuses with `not_found`."""
    found = breaches_seen_by(acting).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def breach_of(booking: Any) -> Breach | None:
    """The last breach that was recorded for a booking, struck or not."""
    rows = Breach.objects.filter(booking_id=booking.pk).select_related(
        "patient", "district", "institution", "booking__department", "appeal"
    )
    return rows.prefetch_related(PAPERS).order_by("-pk").first()


def to_decide(acting: Acting) -> int:
    """How many appeals wait for the district."""
    if not acting.can(Capability.DECIDE_APPEALS):
        return 0
    return decided_by(acting).filter(status="appealed").count()


def bans_seen_by(acting: Acting) -> QuerySet[BookingBan]:
    """Everybody ever on the district's list, with how many breaches led there."""
    if not acting.can(Capability.DECIDE_APPEALS):
        return BookingBan.objects.none()
    rows = BookingBan.objects.filter(district_id=acting.district_id).select_related("patient")
    return rows.annotate(missed=Count("breaches")).order_by("-valid_from", "-pk")


def in_force(rows: Any, *, now: datetime | None = None) -> Any:
    """Those bans or restrictions that bind at this moment."""
    at = now or Now()
    return rows.filter(status="in_force", valid_from__lte=at, valid_to__gt=at)


def over(rows: Any) -> Any:
    """Those that ran out by themselves."""
    return rows.filter(status="in_force", valid_to__lte=Now())


def restrictions_seen_by(acting: Acting) -> QuerySet[Restriction]:
    """The restrictions of the acting hospital, the latest first."""
    if acting.post is None or not acting.can(Capability.RESTRICT):
        return Restriction.objects.none()
    rows = Restriction.objects.filter(institution_id=acting.post.institution_id)
    return rows.select_related("patient", "institution", "set_by", "lifted_by").order_by("-valid_from", "-pk")


def of_patients(rows: Any, text: str) -> Any:
    """Those of residents who answer to a search."""
    return rows.filter(patient__in=searched(Patient.objects.all(), text).values("pk")) if text else rows


def who_answer(people: QuerySet[Patient], text: str) -> QuerySet[Patient]:
    """Those of these residents who answer to a search."""
    return people.filter(pk__in=searched(Patient.objects.all(), text).values("pk")) if text else people


def of_number(rows: Any, text: str) -> Any:
    """Breaches that answer to a search by person, or by the whole number of the referral."""
    if not text:
        return rows
    digits = "".join(text.split())
    people = Q(patient__in=searched(Patient.objects.all(), text).values("pk"))
    return rows.filter(people | Q(booking__number=digits) if digits.isdigit() else people)


def newest_first(rows: QuerySet[Breach]) -> QuerySet[Breach]:
    """Who waits for a decision first, then by when it was recorded."""
    return rows.order_by(Case(When(status="appealed", then=0), default=1), "-created_at", "-pk")


def administrators_of(district: District) -> list[User]:
    """Who may decide in a district."""
    held = RoleAssignment.objects.live().filter(role=Role.DISTRICT_ADMIN, district=district, user__is_active=True)
    return list(User.objects.filter(pk__in=held.values("user")).order_by("pk"))
