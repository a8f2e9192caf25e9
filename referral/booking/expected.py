"""Whom a hospital expects: today's bookings at the window, and the patients of a receiving doctor."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Case, DateTimeField, F, OuterRef, Q, QuerySet, Subquery, When
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from referral.booking.facts import SHANGHAI
from referral.booking.models import Booking
from referral.booking.queries import bookings_at
from vault.refusal import Refusal
from vault.states import Event
from vault.transactions import requires_transaction

ON_THE_LIST: Final = ("booked", "arrived", "fulfilled", "noshow")
HAS_COME: Final = ("arrived", "fulfilled")
AT_THE_DOCTOR: Final = ("attended", "reported")
QUEUES_AGAIN: Final = "requeue"  # the late rule by which somebody was received behind the others
NOTHING_HERE: Final = _("There is nothing here that you may see.")


def expected_on(by: Acting, day: date) -> "QuerySet[Booking]":
    """The window's list of a day, in the order of time, with who came before her day; nothing cancelled or moved."""
    expected = Q(visit_date=day, status__in=ON_THE_LIST) | Q(visit_date__gt=day, status__in=HAS_COME)
    return bookings_at(by).filter(expected).order_by("starts_at", "pk")


def visits_of(by: Acting) -> "QuerySet[Booking]":
    """The bookings a receiving doctor may open: of the post's department, or of the whole hospital without one."""
    mine = bookings_at(by).filter(status__in=HAS_COME)
    if by.post is not None and by.post.department_id is not None:
        mine = mine.filter(department_id=by.post.department_id)
    return mine.select_related("referral__institution", "referral__post__user", "referral__encounter")


def waiting_for(by: Acting) -> "QuerySet[Booking]":
    """What the receiving doctor still has to do: see, report, send back; oldest first.

    Whoever came late and queues again stands behind everybody of her day who came in time, in the order they came (R186, C21).
    """
    rows = visits_of(by).filter(Q(status="arrived") | Q(referral__status__in=AT_THE_DOCTOR))
    arrivals = Event.objects.filter(object_id=OuterRef("public_id"), source="booked", target="arrived").order_by("-id")
    again = Case(When(last_rule=QUEUES_AGAIN, then=Subquery(arrivals.values("at")[:1])), output_field=DateTimeField())
    queued = rows.annotate(last_rule=Subquery(arrivals.values("reason")[:1])).annotate(queued_again=again)
    return queued.order_by("visit_date", F("queued_again").asc(nulls_first=True), "starts_at", "pk")


def locked(rows: "QuerySet[Booking]", booking_id: UUID) -> Booking:
    """Step: one booking of these rows, locked. Refuses with `not_found` for everything else alike."""
    requires_transaction()
    found = rows.filter(public_id=booking_id).select_for_update(of=("self",), no_key=True).order_by("pk").first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def database_now() -> datetime:
    """The instant by the only clock that judges bookings."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return now  # type: ignore[no-any-return]


def today() -> date:
    """The day at the hospital, by the database's clock."""
    return database_now().astimezone(SHANGHAI).date()
