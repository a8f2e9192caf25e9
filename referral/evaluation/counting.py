"""Counts a month from the records, grouped in the database: a fixed number of queries, whatever the size of the month (R163, R178)."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import BooleanField, Count, DateField, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import ExtractHour, TruncDate

from clinics import policy
from clinics.models import ClinicStop, Institution
from referral.booking.facts import SHANGHAI
from referral.booking.models import Booking, BookingMode, BookingStatus, CancelCause
from referral.booking.override_models import RuleOverride
from referral.credit.models import STANDING, Breach
from referral.disruptions.models import Disruption, DisruptionStatus
from referral.evaluation.figures import Counts, Side
from referral.evaluation.scope import Month, Scope
from referral.news.messages import made_since, with_states
from referral.news.sms_words import ABOUT_BOOKINGS, State
from referral.review.models import Advice
from reserved_pools.parameters import PROMISE_DAYS
from vault.models import Message, MessageState

Key = tuple[Side, int]
SLACK: Final = timedelta(hours=1)  # between making an id and its row
BACK: Final = timedelta(days=120)  # a visit to the doctor counts for a booking no longer than this
CAUSES: Final = {
    CancelCause.BY_REFERRER: "by_referrer", CancelCause.BY_RESIDENT: "by_resident", CancelCause.BY_HOSPITAL: "by_hospital",
    CancelCause.STOPPED: "stopped", CancelCause.BY_SYSTEM: "by_system", CancelCause.OFFER_LAPSED: "by_system",
}  # fmt: skip
OUTCOMES: Final = {
    DisruptionStatus.SUBSTITUTED: "substituted", DisruptionStatus.OTHER_TIME: "other_time", DisruptionStatus.NEGOTIATED: "other_time",
    DisruptionStatus.DECLINED: "given_up",
}  # fmt: skip # whom nobody reached has no outcome and is not settled (R127)


@dataclass
class Tally:
    """What was counted so far, by side and institution; `whole` counts everything once, `pairs` bookings from where to where."""

    scope: Scope
    rows: dict[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    whole: Counter[str] = field(default_factory=Counter)
    hours: dict[Key | None, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    waits: dict[Key | None, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    pairs: Counter[tuple[int, int]] = field(default_factory=Counter)

    def add(self, hospital: int, centre: int, number: int, *names: str) -> None:
        """So many of each of these, at this hospital and from this institution."""
        self.whole.update(dict.fromkeys(names, number))
        for key in self.scope.sides(hospital, centre):
            self.rows[key].update(dict.fromkeys(names, number))

    def spread(self, into: dict[Key | None, Counter[int]], hospital: int, centre: int, place: int, number: int) -> None:
        """So many more at one place of a distribution."""
        for key in (None, *self.scope.sides(hospital, centre)):
            into[key][place] += number

    def counts(self, key: Key | None = None) -> Counts:
        """What was counted of one row, or of everything."""
        return Counts(**(self.whole if key is None else self.rows[key]))


def counted(scope: Scope, month: Month, today: date) -> Tally:
    """Everything of a month but its places; eight queries (R178)."""
    tally = Tally(scope)
    if scope.institutions:
        _visits(tally, month, today)
        _made(tally, month)
        _stops(tally, month)
        _affected(tally, month)
        _messages(tally, month)
        _exceptions(tally, month)
    return tally


def _visits(tally: Tally, month: Month, today: date) -> None:
    """Every booking whose visit lies in the month, by what became of it and by the hour of the visit."""
    breach = Breach.objects.filter(booking=OuterRef("pk"), status__in=STANDING)
    rows = (
        _bookings(tally.scope)
        .filter(visit_date__range=(month.first, month.last))
        .exclude(status__in=(BookingStatus.HELD, BookingStatus.ENTERED_IN_ERROR))
        .annotate(
            was_missed=Exists(breach),
            was_returned=Exists(Advice.objects.filter(booking=OuterRef("pk"))),
            lies_ahead=ExpressionWrapper(Q(visit_date__gte=today), output_field=BooleanField()),
            hour=ExtractHour("starts_at", tzinfo=SHANGHAI),
        )
        .values_list("institution", "referral__institution", "status", "cancel_cause", "was_missed", "was_returned", "lies_ahead", "hour")
        .annotate(n=Count("pk"))
        .order_by()
    )
    for hospital, centre, status, cause, missed, returned, ahead, hour, n in rows:
        name = outcome(status, cause, missed=missed, returned=returned, ahead=ahead)
        tally.add(hospital, centre, n, name)
        if name in ("attended", "missed", "excused", "unreported", "ahead"):
            tally.spread(tally.hours, hospital, centre, hour, n)
            tally.pairs[hospital, centre] += n


def outcome(status: str, cause: str, *, missed: bool, returned: bool, ahead: bool) -> str:
    """What became of a booking, as the evaluation counts it; returned with advice is no cancellation by the hospital (R054)."""
    if status in (BookingStatus.ARRIVED, BookingStatus.FULFILLED):
        return "attended"
    if status == BookingStatus.NOSHOW:
        return "missed" if missed else "excused"
    if status == BookingStatus.MOVED:
        return "moved"
    if status == BookingStatus.CANCELLED:
        return "returned" if returned else CAUSES[CancelCause(cause)]
    return "ahead" if ahead else "unreported"


def _made(tally: Tally, month: Month) -> None:
    """Every booking made in the month but by moving: the days until the visit, and whether a referral's promise was kept (R112).

    The promise runs from the visit to the referring doctor, as the referral's own page counts it.
    """
    wait = ExpressionWrapper(F("visit_date") - TruncDate("created_at", tzinfo=SHANGHAI), output_field=DurationField())
    rows = (
        _since(_bookings(tally.scope), month)
        .filter(moved_from=None)
        .exclude(status__in=(BookingStatus.HELD, BookingStatus.ENTERED_IN_ERROR))
        .annotate(wait=wait, seen_on=TruncDate("referral__encounter__seen_at", tzinfo=SHANGHAI, output_field=DateField()))
        .values_list("institution", "referral__institution", "mode", "wait")
        .annotate(n=Count("pk"), kept=Count("pk", filter=_in_time(tally.scope, month)))
        .order_by()
    )
    for hospital, centre, mode, waited, n, kept in rows:
        tally.add(hospital, centre, n, "made")
        tally.spread(tally.waits, hospital, centre, max(0, waited.days), n)
        if mode == BookingMode.COMMUNITY:
            tally.add(hospital, centre, n, "referred")
            tally.add(hospital, centre, kept, "in_time")


def _in_time(scope: Scope, month: Month) -> Q:
    """The condition that a visit keeps the promise, with the days promised on the day of the request; one query."""
    district = scope.district or next(iter(scope.institutions.values())).district_id
    target = policy.Target(district=district)
    held = policy.rows_in_force([PROMISE_DAYS], {target})
    kept, day, begun = Q(pk__in=[]), month.first - BACK, month.first - BACK
    while day <= month.last:
        days = int(str(policy.resolve(PROMISE_DAYS, day, target, held).value))
        following = day + timedelta(days=1)
        if following > month.last or int(str(policy.resolve(PROMISE_DAYS, following, target, held).value)) != days:
            kept |= Q(seen_on__range=(begun, day), visit_date__lte=F("seen_on") + timedelta(days=days))
            begun = following
        day = following
    return kept


def _stops(tally: Tally, month: Month) -> None:
    """The stops whose first day lies in the month; those said too late count against the hospital (R128)."""
    rows = (
        ClinicStop.objects.that_count()
        .filter(service__institution__in=list(tally.scope.institutions), first_day__range=(month.first, month.last))
        .values_list("service__institution")
        .annotate(n=Count("pk"), special=Count("pk", filter=Q(is_special=True)))
        .order_by()
    )
    for hospital, n, special in rows:
        tally.add(hospital, 0, n, "stops")
        tally.add(hospital, 0, special, "special_stops")


def _affected(tally: Tally, month: Month) -> None:
    """The patients of the month's special stops and what became of them (R126, R127)."""
    rows = (
        Disruption.objects.filter(
            tally.scope.touches("booking__institution", "booking__referral__institution"),
            stop__is_special=True, stop__status="in_force", stop__first_day__range=(month.first, month.last),
        )
        .values_list("booking__institution", "booking__referral__institution", "status")
        .annotate(n=Count("pk"))
        .order_by()
    )  # fmt: skip
    for hospital, centre, status, n in rows:
        tally.add(hospital, centre, n, "affected", *([OUTCOMES[DisruptionStatus(status)]] if status in OUTCOMES else []))


def _messages(tally: Tally, month: Month) -> None:
    """The messages to residents about bookings written in the month, by how far they came."""
    booking = Booking.objects.filter(public_id=OuterRef("about"))
    written = with_states(_since(Message.objects.filter(template__in=list(ABOUT_BOOKINGS)), month).exclude(state=MessageState.WITHHELD))
    rows = (
        written.annotate(hospital=Subquery(booking.values("institution")[:1]), centre=Subquery(booking.values("referral__institution")[:1]))
        .filter(tally.scope.touches("hospital", "centre"))
        .values_list("hospital", "centre", "how_far")
        .annotate(n=Count("pk"))
        .order_by()
    )
    names = {State.FAILED: ["messages_failed"], State.QUEUED: ["messages_waiting"]}
    for hospital, centre, how_far, n in rows:
        if how_far != State.SUPERSEDED:
            tally.add(hospital, centre, n, "messages", *names.get(State(how_far), []))


def _exceptions(tally: Tally, month: Month) -> None:
    """The exceptions asked for in the month, and those of them the district granted (R138)."""
    rows = (
        _since(RuleOverride.objects.filter(tally.scope.touches("pool_slot__institution", "referral__institution")), month)
        .values_list("pool_slot__institution", "referral__institution")
        .annotate(n=Count("pk"), granted=Count("pk", filter=Q(decided_by__isnull=False, valid_to__isnull=False)))
        .order_by()
    )
    for hospital, centre, n, granted in rows:
        tally.add(hospital or 0, centre, n, "asked")
        tally.add(hospital or 0, centre, granted, "granted")


def _bookings(scope: Scope) -> "QuerySet[Booking]":
    """The bookings of the scope; every hospital there is comes first, because the index of visit days begins with them."""
    anywhere = Institution.objects.hospitals().values("pk")
    return Booking.objects.filter(scope.touches("institution", "referral__institution"), institution__in=anywhere)


def _since(rows: "QuerySet[Any]", month: Month) -> "QuerySet[Any]":
    """Rows made in the month; public ids follow time, so that their index finds them."""
    near = Q(public_id__gte=made_since(month.begins - SLACK), public_id__lt=made_since(month.ends + SLACK))
    return rows.filter(near, created_at__gte=month.begins, created_at__lt=month.ends)
