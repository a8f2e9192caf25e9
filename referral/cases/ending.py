"""Requests that end without a place: the doctor is told, and the resident if she had been told of a booking before (R199)."""

from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from clinics import policy
from clinics.models import Institution
from permissions.acting import Acting
from permissions.roles import Capability
from referral import parameters
from referral.cases.messages import ENDED
from referral.cases.models import Referral
from referral.cases.place_requests import close_requests, is_booked, open_request, those_who_wait
from referral.cases.queries import referrals_of
from referral.cases.submission_models import OPEN, PlaceRequest, PlaceRequestStatus
from referral.cases.versions import EndingKind, RequestEnding
from referral.inbox.tell import tell
from referral.patients.guardians_reach import reached
from vault import audit
from vault.actor import SYSTEM, Actor
from vault.events import Event
from vault.outbox import templates
from vault.outbox.models import Message, MessageState
from vault.outbox.put import put
from vault.refusal import Refusal
from vault.states import advance
from vault.transactions import requires_transaction

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
Known = dict[tuple[int, date], int]  # how many days a department has for its answer, by the day it was asked
HELP_PHONE: Final = "114"
TOLD_OF_BOOKING: Final = "referral_booked"  # the message of a booking, whatever was booked
OF_REQUESTS: Final = {"submitted": EndingKind.REQUEST_EXPIRED, "accepted": EndingKind.ACCEPTANCE_EXPIRED}
OVER: Final = ("closed", "cancelled", "expired", "returned_with_advice")
UNBOOKED: Final = ("draft", "accepted")  # an acceptance may be booked, once more after a cancellation
ENDS_AS: Final = {"draft": EndingKind.DRAFT_EXPIRED, "on_standby": EndingKind.STANDBY_EXPIRED}


def expire_drafts() -> int:
    """Promise that requests without a place for `draft_expires_days` are over, each in a transaction of its own; how many.

    The days count from when it last became a draft, from the writing or from the end of its booking, or began to wait on standby.
    Each institution may have its own number of them. A draft that somebody is booking at this moment is left for the next night.
    """
    now = _now()
    return sum(_expire(referral) for referral in _overdue(now))


def expire_requests() -> int:
    """Promise that what no hospital answered within `place_request_days`, and every acceptance past its last day without a booking, is
    over, each in a transaction of its own (R072, R199); how many. What somebody answers or books at this moment is left for the next night.
    What is still open of a case that ended otherwise goes out of use without a word.
    """
    spent = PlaceRequest.objects.filter(status__in=OPEN, referral__status__in=OVER).order_by("pk")
    for referral in spent.values_list("referral", flat=True):
        _lapse(referral)
    now = _now()
    today = now.astimezone(SHANGHAI).date()
    late = Q(status=PlaceRequestStatus.ACCEPTED, referral__status="accepted", valid_until__lt=today)
    rows = PlaceRequest.objects.filter(late | Q(status=PlaceRequestStatus.ASKED, referral__status="submitted"))
    rows = rows.select_related("service__institution", "service__department").order_by("pk")
    known: Known = {}
    overdue = [one.referral_id for one in rows.iterator(chunk_size=500) if last_day_of(one, known) < today]
    return sum(_expire_request(referral, today) for referral in overdue)


def last_day_of(request: PlaceRequest, known: Known | None = None) -> date:
    """The last day on which the hospital may answer; of an acceptance, the last one on which it may be booked.

    Whoever asks for many gives one `known`, so that the value of a department and day is read once.
    """
    if request.valid_until is not None:
        return request.valid_until
    asked_on, service = request.created_at.astimezone(SHANGHAI).date(), request.service
    held, key = ({} if known is None else known), (service.department_id, asked_on)
    if key not in held:
        days: Any = policy.value(parameters.PLACE_REQUEST_DAYS, at=asked_on, institution=service.institution, department=service.department)
        held[key] = int(days)
    return asked_on + timedelta(days=held[key])


def day_ahead(held: PlaceRequest, known: Known | None = None) -> date | None:
    """The last day of a request while somebody has to keep to it: the hospital its answer, the doctor her booking; None afterwards."""
    waits = held.status == PlaceRequestStatus.ASKED
    if not waits and (held.status != PlaceRequestStatus.ACCEPTED or held.referral.status not in UNBOOKED or is_booked(held.referral)):
        return None
    return last_day_of(held, known)


def end_without_place(referral: Referral, kind: EndingKind, *, by: Actor) -> RequestEnding:
    """Step: the referral, locked by the caller, ends as expired: the doctor finds it on her list and in her inbox, the colleague who
    had asked a hospital in hers, and the resident gets one message if she had been told of a booking before (R199). Refuses with
    `stale_state`.
    """
    requires_transaction()
    advance(referral, "expired", by=by, reason=kind.value)
    waiting = those_who_wait(referral, close_requests(referral, "lapsed", by=by))
    told = tell_resident(referral)
    ending = RequestEnding.objects.create(referral=referral, kind=kind, patient_told=told)
    tell(waiting, "request_expired", about=referral.public_id, version=referral.version)
    audit.record("referral.expire", "referral", referral.public_id, by=by, details={"kind": kind.value, "patient_told": told})
    return ending


def tell_resident(referral: Referral) -> bool:
    """Step: one message to a resident who had been told of a booking before, that no other one follows (R199); whether it was written."""
    requires_transaction()
    whom = reached(referral.patient)
    if not whom.phone or not knew_of_booking(referral):
        return False
    words = {"name": whom.name, "phone": referral.institution.phone or HELP_PHONE}
    put(ENDED.key, whom.phone, words, about=referral.public_id, version=referral.version)
    return True


def acknowledge(referral_id: UUID, *, by: Acting) -> RequestEnding:
    """Use case: promise that a doctor of the unit has read how the request ended; reading twice keeps the first time.

    Refuses with `not_allowed` and `not_found`.
    """
    if by.post is None or not by.can(Capability.WRITE_REFERRAL):
        raise Refusal("not_allowed", _("Your role does not include this."))
    with transaction.atomic(durable=True):
        rows = RequestEnding.objects.select_for_update(of=("self",), no_key=True).select_related("referral")
        ending = rows.filter(referral__in=referrals_of(by).filter(public_id=referral_id).values("pk").order_by()).first()
        if ending is None:
            raise Refusal("not_found", _("There is nothing here that you may see."))
        if ending.seen_at is None:
            RequestEnding.objects.filter(pk=ending.pk).update(seen_at=Now(), seen_by=by.post)
            ending.refresh_from_db()
            audit.record("referral.acknowledge_ending", "referral", referral_id, by=by.actor)
    return ending


def expires_on(draft: Any, days: int) -> date:
    """The day on whose night a draft ends; `draft_since` is from `drafts_with_age`."""
    begun: datetime = draft.draft_since
    return begun.astimezone(SHANGHAI).date() + timedelta(days=days)


def days_allowed(institution: Institution, day: date) -> int:
    """How long a draft of this institution waits for a booking."""
    return int(policy.value(parameters.DRAFT_EXPIRES_DAYS, at=day, institution=institution))  # type: ignore[arg-type]


def drafts_with_age(referrals: "QuerySet[Referral]") -> "QuerySet[Referral]":
    """Those without a place, drafts and on standby, with the moment since when, in the same query."""
    became = Event.objects.filter(object_id=OuterRef("public_id"), target=OuterRef("status")).order_by("-id")
    return referrals.filter(status__in=ENDS_AS).annotate(draft_since=Coalesce(Subquery(became.values("at")[:1]), "created_at"))


def _overdue(now: datetime) -> list[int]:
    """The drafts whose days are over, the oldest first; the values of an institution are read once."""
    today = now.astimezone(SHANGHAI).date()
    days: dict[int, int] = {}
    rows = drafts_with_age(Referral.objects.all()).select_related("institution__district")
    found: list[int] = []
    for referral in rows.order_by("created_at").iterator(chunk_size=500):
        place = referral.institution
        if place.pk not in days:
            days[place.pk] = days_allowed(place, today)
        if expires_on(referral, days[place.pk]) <= today:
            found.append(referral.pk)
    return found


@transaction.atomic(durable=True)
def _expire(referral_id: int) -> bool:
    rows = Referral.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(pk=referral_id, status__in=ENDS_AS)
    referral = rows.select_related("patient", "owner", "institution").first()
    if referral is None or referral.bookings.filter(status__in=("held", "booked", "arrived")).exists():
        return False
    end_without_place(referral, ENDS_AS[referral.status], by=SYSTEM)
    return True


@transaction.atomic(durable=True)
def _expire_request(referral_id: int, today: date) -> bool:
    rows = Referral.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(pk=referral_id, status__in=OF_REQUESTS)
    referral = rows.select_related("patient", "owner", "institution").first()
    held = open_request(referral) if referral else None
    if referral is None or held is None or is_booked(referral):
        return False
    if last_day_of(held) >= today:
        return False
    end_without_place(referral, OF_REQUESTS[referral.status], by=SYSTEM)
    return True


@transaction.atomic(durable=True)
def _lapse(referral_id: int) -> None:
    rows = Referral.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(pk=referral_id, status__in=OVER)
    for referral in rows:
        close_requests(referral, "lapsed", by=SYSTEM)


def ends_on(referral: Referral) -> date | None:
    """The day on whose night a request ends that nobody gives a place; None when it does not wait for one. Two queries."""
    waiting = drafts_with_age(Referral.objects.filter(pk=referral.pk)).select_related("institution__district").first()
    if waiting is None:
        return None
    return expires_on(waiting, days_allowed(waiting.institution, _now().astimezone(SHANGHAI).date()))


def knew_of_booking(referral: Referral) -> bool:
    """Whether a message of a booking of this referral went out to the resident, or her doctor told her of one."""
    messages = Message.objects.filter(about=OuterRef("public_id"), template__in=templates.variants(TOLD_OF_BOOKING))
    message = messages.exclude(state=MessageState.WITHHELD)
    return bool(referral.bookings.filter(Q(told_at__isnull=False) | Exists(message)).exists())


def _now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return now  # type: ignore[no-any-return]
