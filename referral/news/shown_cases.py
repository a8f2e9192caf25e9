"""What a reader may know of the cases her notices are about: masked names, places, times, and where a click leads."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from permissions.acting import Acting
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.booking.models import Booking, BookingMode
from referral.booking.override_models import RuleOverride
from referral.booking.queries import bookings_of
from referral.cases.models import Referral
from referral.cases.queries import referrals_of
from referral.cases.submission_models import PlaceRequest
from referral.credit.models import Breach, Restriction
from referral.disruptions.models import Disruption
from referral.patients.control_models import ControlledIdentity
from referral.patients.queries import patients_of
from referral.returns.queries import returns_of
from referral.review.models import Advice
from referral.review.requests import READABLE, requests_here

BEHIND_BOOKING: Final = ("patient", "institution", "department", "referral")


@dataclass(frozen=True, slots=True)
class Shown:
    """The words of one object as this reader may read them, and the address of its page ("" = none of hers)."""

    words: dict[str, Any] = field(default_factory=dict)
    href: str = ""


Found = dict[UUID, Shown]


def bookings(acting: Acting, ids: Collection[UUID]) -> Found:
    """Bookings her unit made, and those at her hospital; a moved one as it stands now."""
    rows = bookings_of(acting).filter(public_id__in=ids).select_related("moved_to__institution", "moved_to__department")
    return {row.public_id: Shown(words_of_booking(_latest(row)), booking_page(acting, row)) for row in rows}


def _latest(booking: Booking) -> Booking:
    return getattr(booking, "moved_to", booking) if booking.status == "moved" else booking


def words_of_booking(booking: Booking) -> dict[str, Any]:
    """Whom, when and where."""
    return {
        "patient": mask_name(booking.patient.name),
        "when": moment(booking.starts_at),
        "hospital": booking.institution.display_short_name,
        "department": booking.department.name,
        "number": booking.number,
    }


def referrals(acting: Acting, ids: Collection[UUID]) -> Found:
    """Referrals she may open, those booked at her hospital, and those her hospital was asked for (R072)."""
    rows = {row.public_id: row for row in referrals_of(acting).filter(public_id__in=ids)}
    here = Booking.objects.none() if acting.post is None else bookings_of(acting).filter(referral__public_id__in=ids)
    booked = {one.referral.public_id: words_of_booking(one) for one in here.order_by("pk")}
    reviews = acting.can(Capability.REVIEW_REFERRALS)
    found = {key: Shown(words, reverse("review_case", args=[key]) if reviews else "") for key, words in booked.items()}
    asked = requests(acting, Q(referral__public_id__in=ids))
    by_referral = {one.referral.public_id: shown for one, shown in asked}
    own = {
        key: Shown({"patient": mask_name(row.patient.name)} | _said(by_referral, key) | booked.get(key, {}), case_page(acting, row))
        for key, row in rows.items()
    }
    return by_referral | found | own


def _said(found: Found, key: UUID) -> dict[str, Any]:
    return found[key].words if key in found else {}


def place_requests(acting: Acting, ids: Collection[UUID]) -> Found:
    """What a hospital was asked, each request in its own words; older notices name the referral and show its latest one."""
    asked = {one.public_id: shown for one, shown in requests(acting, Q(public_id__in=ids))}
    return referrals(acting, set(ids) - set(asked)) | asked


def reviewed(acting: Acting, ids: Collection[UUID]) -> Found:
    """The booking a hospital decided about, as it stood; older notices name the referral and show its latest one."""
    rows = bookings_of(acting).filter(public_id__in=ids)
    found = {row.public_id: Shown(words_of_booking(row), case_page(acting, row.referral)) for row in rows}
    return referrals(acting, set(ids) - set(found)) | found


def advised(acting: Acting, ids: Collection[UUID]) -> Found:
    """Referrals that came back with advice, in the name of the hospital whose doctor signed it."""
    rows = Advice.objects.filter(referral__public_id__in=ids).select_related("referral", "signed_by__institution")
    signed = {one.referral.public_id: {"hospital": one.signed_by.institution.display_short_name} for one in rows}
    return {key: Shown(shown.words | signed.get(key, {}), shown.href) for key, shown in referrals(acting, ids).items()}


def requests(acting: Acting, which: Q) -> list[tuple[PlaceRequest, Shown]]:
    """What her unit asked for, and what her hospital was asked; of what was taken back the hospital reads no name any more."""
    own = Q(referral__in=_own(acting).values("pk"))
    here = Q(pk__in=requests_here(acting).order_by().values("pk"))
    rows = (
        PlaceRequest.objects.filter(which).annotate(is_own=_true_if(own), is_here=_true_if(here)).filter(Q(is_own=True) | Q(is_here=True))
    )
    rows = rows.select_related("referral__patient", "referral__institution", "service__institution", "service__department")
    return [(one, _shown_request(acting, one)) for one in rows.order_by("pk")]


def _true_if(which: Q) -> ExpressionWrapper:
    return ExpressionWrapper(which, output_field=BooleanField())


def _shown_request(acting: Acting, one: Any) -> Shown:
    referral, service = one.referral, one.service
    words = {
        "centre": referral.institution.display_short_name, "hospital": service.institution.display_short_name,
        "department": service.department.name, "service": service.name,
    }  # fmt: skip
    named = words | {"patient": mask_name(referral.patient.name)}
    if one.is_own:
        return Shown(named, case_page(acting, referral))
    return Shown(named, reverse("review_request", args=[referral.public_id])) if one.status in READABLE else Shown(words)


def returns(acting: Acting, ids: Collection[UUID]) -> Found:
    """Returns of her centre, or those her hospital sent."""
    found = {}
    for row in returns_of(acting).filter(public_id__in=ids):
        words = {
            "patient": mask_name(row.patient.name),
            "hospital": row.from_institution.display_short_name,
            "centre": row.to_institution.display_short_name,
        }
        found[row.public_id] = Shown(words, reverse("return", args=[row.public_id]))
    return found


def breaches(acting: Acting, ids: Collection[UUID]) -> Found:
    """No-shows of bookings she may see; of her district for who decides about appeals."""
    scope = Q(booking__in=bookings_of(acting).filter(breaches__public_id__in=ids).order_by().values("pk"))
    if acting.can(Capability.DECIDE_APPEALS):
        scope |= Q(district=acting.district_id)
    rows = Breach.objects.filter(scope, public_id__in=ids)
    opens = acting.can(Capability.APPEAL_BREACH) or acting.can(Capability.DECIDE_APPEALS)
    rows = rows.select_related(*(f"booking__{name}" for name in BEHIND_BOOKING))
    return {row.public_id: Shown(words_of_booking(row.booking), _page("breach", row) if opens else "") for row in rows}


def disruptions(acting: Acting, ids: Collection[UUID]) -> Found:
    """Stopped visits of bookings she may see, as they were booked."""
    mine = bookings_of(acting).filter(disruption__public_id__in=ids).order_by().values("pk")
    rows = Disruption.objects.filter(public_id__in=ids, booking__in=mine).select_related(*(f"booking__{name}" for name in BEHIND_BOOKING))
    return {row.public_id: Shown(words_of_booking(row.booking), case_page(acting, row.booking.referral)) for row in rows}


def overrides(acting: Acting, ids: Collection[UUID]) -> Found:
    """Exceptions asked for a referral of hers; of her district for who decides about them."""
    scope = Q(referral__in=_own(acting).values("pk"))
    if acting.can(Capability.DECIDE_EXCEPTIONS):
        scope |= Q(referral__institution__district=acting.district_id)
    rows = RuleOverride.objects.filter(scope, public_id__in=ids).select_related("referral__patient")
    return {
        row.public_id: Shown({"patient": mask_name(row.referral.patient.name)}, reverse("exception", args=[row.public_id])) for row in rows
    }


def controls(acting: Acting, ids: Collection[UUID]) -> Found:
    """Controlled documents of her district; the notice says no more than that one waits."""
    if not acting.can(Capability.CONTROL_IDENTITIES):
        return {}
    rows = ControlledIdentity.objects.filter(public_id__in=ids, district=acting.district_id)
    return {row.public_id: Shown({}, _page("control", row)) for row in rows}


def restrictions(acting: Acting, ids: Collection[UUID]) -> Found:
    """A hospital's restrictions of her own residents."""
    rows = Restriction.objects.filter(public_id__in=ids, patient__in=patients_of(acting)).select_related("patient", "institution")
    return {row.public_id: Shown({"patient": mask_name(row.patient.name), "hospital": row.institution.display_short_name}) for row in rows}


def case_page(acting: Acting, referral: Referral) -> str:
    """The case's page for the doctors of both sides; nobody else has one."""
    opens = acting.can(Capability.WRITE_REFERRAL) or acting.can(Capability.RECORD_VISIT)
    return reverse("referral", args=[referral.public_id]) if opens else ""


def booking_page(acting: Acting, booking: Booking) -> str:
    """The case's page; for the doctor who booked a visit in the consulting room the page of that booking, cancelled or not."""
    hers = booking.mode == BookingMode.CONSULTATION and acting.post is not None and acting.post.pk == booking.post_id
    if hers and acting.can(Capability.BOOK_NEXT):
        return reverse("booking_release", args=[booking.public_id])
    return case_page(acting, booking.referral)


def moment(at: datetime) -> str:
    """11-26 08:30, as tables say it."""
    return timezone.localtime(at).strftime("%m-%d %H:%M")


def _page(name: str, row: Any) -> str:
    return reverse(name, args=[row.public_id])


def _own(acting: Acting) -> "QuerySet[Referral]":
    return referrals_of(acting).order_by()
