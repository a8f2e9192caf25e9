"""Bookings there are as the rules would have seen them: the same facts, the values of today or of a document, read in pieces."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.db.models import Q, QuerySet

from clinics.policy import Parameter, Resolved, Row, Target, resolve, rows_in_force
from clinics.policy.sets import PolicySet
from clinics.policy.sets_resolve import would_hold, would_hold_alone
from permissions.models import District
from referral.booking import limits
from referral.booking.facts import SHANGHAI, BookingFacts, Counted, Limits, taken_as_given
from referral.booking.models import COUNTED, LIVE, Booking
from referral.booking.override_models import RuleOverride
from referral.credit.ledger import Missed, listings
from referral.credit.models import STANDING, BanCovers, Breach
from referral.credit.terms import Terms
from referral.parameters import OF_LEDGER

FIELDS: Final = (
    "pk", "created_at", "patient", "institution", "institution__district", "department", "standard_code", "visit_date", "mode",
    "moved_from", "referral", "post__institution__district", "referral__encounter__seen_at", "status", "made_for__choice",
)  # fmt: skip
# When the residents cancelled or moved by their own wish, as the facts of a booking count it (R147, R181).
CHANGES: Final = """
    SELECT b.patient_id, max(step.at)
      FROM referral_booking b JOIN vault_event step ON step.object_id = b.public_id AND step.kind = 'booking' AND step.target = b.status
     WHERE b.patient_id = ANY (%s)
       AND (b.status = 'cancelled' AND b.cancel_cause = 'by_resident' OR b.status = 'moved' AND step.actor_kind = 'patient')
       AND NOT EXISTS (SELECT 1 FROM referral_disruption stopped WHERE stopped.booking_id = b.id)
       AND NOT EXISTS (SELECT 1 FROM reserved_pools_poolslot lost JOIN clinics_slot band ON band.id = lost.slot_id
                        WHERE lost.id = b.pool_slot_id AND band.is_blocked)
     GROUP BY b.id, b.patient_id
"""
Found = tuple[int, datetime, Counted]


@dataclass(frozen=True, slots=True)
class Past:
    """One booking with what was known when it was made; `is_moved` and `mode` say which rules it had to pass.

    `stands_in` is what was answered when this booking settled a stop; None where no stop stands behind it. `missed` are the resident's
    breaches recorded before it, whose ban depends on the values it is judged by.
    """

    key: int
    facts: BookingFacts
    hospital: Target
    resident: Target
    mode: str
    is_moved: bool
    is_open: bool
    stands_in: str | None = None
    missed: tuple[Missed, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """The values one booking is judged by: the limits of booking, and the terms of the no-show ledger."""

    limits: Limits
    terms: Terms


@dataclass(frozen=True, slots=True)
class Values:
    """The values bookings are judged by: those of `rows` on a day, and with a document those it would bring.

    `is_alone` leaves out what stands above and beside the document; only in its own district does a document count at all.
    """

    rows: list[Row]
    day: date
    document: PolicySet | None = None
    keys: frozenset[str] = frozenset()
    district: int = 0
    is_alone: bool = False

    def of(self, hospital: Target, resident: Target) -> Held:
        """What holds at one hospital's department for the residents of one district."""
        held = {one.key: self.resolved(one, hospital) for one in limits.OF_HOSPITAL}
        judged_by = limits.limits_from(held | {one.key: self.resolved(one, resident) for one in limits.OF_RESIDENT})
        return Held(judged_by, Terms.from_values({one.key: self.resolved(one, resident).value for one in OF_LEDGER}))

    def resolved(self, parameter: Parameter, target: Target) -> Resolved:
        """One value for one target."""
        said = self.document.of(parameter.key) if self.document is not None and parameter.key in self.keys else None
        if self.document is None or said is None or target.district != self.district:
            return resolve(parameter, self.day, target, self.rows)
        if self.is_alone:
            return would_hold_alone(parameter, said, self.document, self.day, target, self.rows)
        return would_hold(parameter, said, self.district, self.day, target, self.rows)


def bookings_around(district: District) -> QuerySet[Booking]:
    """Bookings a district's values concern: at its hospitals, or made by its centres."""
    concerned = Q(institution__district=district) | Q(post__institution__district=district)
    return Booking.objects.filter(concerned).exclude(status="entered_in_error")


def made_since(district: District, since: datetime, today: date) -> QuerySet[Booking]:
    """Those made since an instant, and those whose visit still lies ahead."""
    return bookings_around(district).filter(Q(created_at__gte=since) | Q(status__in=LIVE, visit_date__gte=today))


def still_ahead(district: District, day: date) -> QuerySet[Booking]:
    """Those whose visit lies on a day or later."""
    return bookings_around(district).filter(status__in=LIVE, visit_date__gte=day)


def as_judged(bookings: QuerySet[Booking], most: int) -> list[Past]:
    """The first bookings of a query in key order, each beside those of the same resident that were made before it; five queries.

    Bookings that were cancelled since do not count (C30); a right, a contract and a free place are taken as given.
    """
    rows = list(bookings.order_by("pk").values(*FIELDS)[:most])
    patients = {row["patient"] for row in rows}
    others, passed = _others(patients), _let_pass({row["referral"] for row in rows})
    changed, missed = _changes(patients), _missed(patients)
    pasts = [_past(row, others[row["patient"]], passed[row["referral"]]) for row in rows]
    return [_with_conduct(one, changed[row["patient"]], missed[row["patient"]]) for one, row in zip(pasts, rows, strict=True)]


def rows_for(pasts: Iterable[Past], parameters: Sequence[Parameter]) -> list[Row]:
    """Every policy row that may concern one of them; one query."""
    return rows_in_force(parameters, {target for one in pasts for target in (one.hospital, one.resident)})


def under(past: Past, held: Held) -> BookingFacts:
    """The facts of one booking under some values, with the ban that would have followed from them (R023, R059, R136)."""
    return replace(past.facts, limits=held.limits, banned_until=_banned_until(past, held.terms))


def _others(patients: Collection[int]) -> dict[int, list[Found]]:
    found: dict[int, list[Found]] = defaultdict(list)
    counted = Booking.objects.filter(patient__in=patients, status__in=COUNTED).order_by("pk")
    columns = ("patient", "pk", "created_at", "visit_date", "institution", "standard_code", "status")
    for patient, key, at, day, institution, code, status in counted.values_list(*columns):
        found[patient].append((key, at, Counted(day, institution, code, status)))
    return found


def _changes(patients: Collection[int]) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(CHANGES, [list(patients)])
        for patient, at in cursor.fetchall():
            found[patient].append(at)
    return found


def _missed(patients: Collection[int]) -> dict[int, list[Breach]]:
    found: dict[int, list[Breach]] = defaultdict(list)
    for one in Breach.objects.filter(patient__in=patients, status__in=STANDING).order_by("created_at", "pk"):
        found[one.patient_id].append(one)
    return found


def _with_conduct(past: Past, changed: Iterable[datetime], breaches: Iterable[Breach]) -> Past:
    """The same with what the resident had changed and missed before."""
    at = past.facts.now
    facts = replace(past.facts, changed_at=tuple(one for one in changed if one < at))
    missed = tuple(missed_as_recorded(one) for one in breaches if one.created_at < at)
    return replace(past, facts=facts, missed=missed)


def _banned_until(past: Past, terms: Terms) -> datetime | None:
    """Until when she would have been on the list for referrals when it was booked; None when she would not."""
    if not past.missed or terms.covers != BanCovers.BOTH:
        return None
    return banned_at(past.facts.now, past.missed, terms)


def banned_at(at: datetime, missed: Iterable[Missed], terms: Terms) -> datetime | None:
    """Until when somebody with these breaches would be on the list at an instant under some terms; None when she would not. Pure."""
    bans = listings(replace(one, terms=terms) for one in missed)
    return max((ban.valid_to for ban in bans if ban.valid_from <= at < ban.valid_to), default=None)


def missed_as_recorded(one: Breach) -> Missed:
    """A breach as the re-count reads it, under no terms yet."""
    return Missed(one.pk, one.visit_date, one.created_at, one.kind, NO_TERMS)


def _let_pass(referrals: Collection[int]) -> dict[int, frozenset[str]]:
    """What two persons let pass for a referral."""
    found: dict[int, frozenset[str]] = defaultdict(frozenset)
    for referral, rule in RuleOverride.objects.filter(referral__in=referrals, status="used").values_list("referral", "rule"):
        found[referral] |= {rule}
    return found


def _past(row: dict[str, object], others: list[Found], let_pass: frozenset[str]) -> Past:
    at: datetime = row["created_at"]  # type: ignore[assignment]
    seen: datetime = row["referral__encounter__seen_at"] or at  # type: ignore[assignment]
    facts = taken_as_given(
        at, seen_at=seen, institution=row["institution"], standard_code=row["standard_code"], visit_date=row["visit_date"],  # type: ignore[arg-type]
        counted=tuple(_as_it_was(one, at) for key, made, one in others if key != row["pk"] and made < at), limits=NO_LIMITS,
        let_pass=let_pass,
    )  # fmt: skip
    return Past(
        row["pk"], facts, Target(row["institution__district"], row["institution"], row["department"]),  # type: ignore[arg-type]
        Target(row["post__institution__district"]), str(row["mode"]), row["moved_from"] is not None, row["status"] in LIVE,  # type: ignore[arg-type]
        row["made_for__choice"],  # type: ignore[arg-type]
    )  # fmt: skip


def _as_it_was(one: Counted, at: datetime) -> Counted:
    """A booking as it stood at an instant: what became of a visit nobody knew before its day (C30)."""
    return one if one.visit_date < at.astimezone(SHANGHAI).date() else replace(one, status="booked")


NO_LIMITS: Final = Limits(
    horizon_days=9999, booking_cutoff=datetime.max.time(), per_day=9999, per_day_department=9999, per_7_days_department=9999,
    per_7_days=9999, encounter_days=9999,
)  # fmt: skip
NO_TERMS: Final = Terms(0, "", 0, 0, "")  # replaced by those it is judged by
