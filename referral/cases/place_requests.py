"""What is asked of hospitals before they are booked: the open request of a referral, who hears of it, and its end (R072)."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from clinics.models import Post, Service
from permissions.roles import Role
from referral.cases.models import Referral
from referral.cases.submission_models import OPEN, PlaceRequest, PlaceRequestStatus
from referral.inbox.tell import Recipient, answering_for, tell
from vault.actor import Actor
from vault.states import advance
from vault.transactions import requires_transaction

LIVE = ("held", "booked", "arrived")
BEHIND = ("referral", "service__institution", "service__department", "asked_by__user", "answered_by__user", "answered_by__institution")


def requests_of(referral: Referral) -> "QuerySet[PlaceRequest]":
    """Everything that was asked for this referral, the latest first, with what a page shows of it."""
    return PlaceRequest.objects.filter(referral=referral).select_related(*BEHIND).order_by("-pk")


def open_request(referral: Referral) -> PlaceRequest | None:
    """What waits for the hospital, or may be booked because the hospital accepted; None when nothing does."""
    return requests_of(referral).filter(status__in=OPEN).first()


def acceptance_of(referral: Referral, today: date) -> PlaceRequest | None:
    """The acceptance under which a day may be chosen today; None without one."""
    held = open_request(referral)
    if held is None or held.status != PlaceRequestStatus.ACCEPTED or held.valid_until is None or held.valid_until < today:
        return None
    return held


def waits_for_a_day(referral: Referral) -> bool:
    """Whether the hospital accepted the patient and no day is booked: it may be booked, taken back or cancelled."""
    return referral.status == "accepted" and not is_booked(referral)


def is_booked(referral: Referral) -> bool:
    """Whether a visit of this referral lies ahead."""
    return bool(referral.bookings.filter(status__in=LIVE).exists())


def those_who_answer(service: Service) -> list[Post]:
    """The coordinators of the hospital, and the doctors who receive in the department or anywhere in the house."""
    receives = Q(kind=Role.RECEIVING_DOCTOR) & (Q(department=service.department_id) | Q(department=None))
    rows = Post.objects.live().filter(receives | Q(kind=Role.COORDINATOR), institution=service.institution_id, user__is_active=True)
    return list(rows.select_related("user").order_by("pk"))


def those_who_wait(referral: Referral, requests: Iterable[PlaceRequest]) -> list[Recipient]:
    """Whoever's work the referral is (without an owner the institution's managers), and the colleagues who asked."""
    asked_by = Post.objects.live().filter(pk__in={one.asked_by_id for one in requests}).select_related("user")
    return [*answering_for(referral.owner, referral.institution), *asked_by]


def take_back(referral: Referral, *, by: Actor) -> None:
    """Step: whatever is open of a locked referral is withdrawn; those who answer it are told, and those who wait for the answer."""
    for one in close_requests(referral, "withdrawn", by=by):
        people = [*those_who_answer(one.service), *those_who_wait(referral, [one])]
        tell(people, "place_withdrawn", about=one.public_id, version=one.version, by=by)


def close_requests(referral: Referral, status: str, *, by: Actor) -> list[PlaceRequest]:
    """Step: whatever is open of a locked referral ends as withdrawn or lapsed; what it was."""
    requires_transaction()
    rows = PlaceRequest.objects.select_for_update(of=("self",), no_key=True).select_related("service")
    found = list(rows.filter(referral=referral, status__in=OPEN).order_by("pk"))
    for one in found:
        advance(one, status, by=by)
    return found
