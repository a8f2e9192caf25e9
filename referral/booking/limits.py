"""The policy values a booking is judged by: patient limits along the contract's district, times along the hospital."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

from clinics import parameters as p
from clinics.policy import Parameter, Resolved, Row, Target, resolve
from referral.booking.articles import Source
from referral.booking.facts import Grounds, Limits, day_before_at
from referral.parameters import CANCEL_BY, CHANGE_CUTOFF, COUNTED_BOOKINGS, NO_SHOW_BAN_COVERS, WHO_REFERS

OF_HOSPITAL: Final[tuple[Parameter, ...]] = (
    p.BOOKING_HORIZON_DAYS,
    p.BOOKING_CUTOFF,
    p.CANCEL_CUTOFF,
    CHANGE_CUTOFF,
    p.SERVICE_FROM,
    p.SERVICE_TO,
)
OF_RESIDENT: Final[tuple[Parameter, ...]] = (
    p.LIMIT_PER_DAY,
    p.LIMIT_PER_DAY_DEPARTMENT,
    p.LIMIT_7_DAYS_DEPARTMENT,
    p.LIMIT_7_DAYS,
    p.LIMIT_3_MONTHS,
    p.LIMIT_3_MONTHS_BINDS,
    p.CHURN_APPLIES,
    p.CHURN_CHANGES,
    p.CHURN_DAYS,
    p.ENCOUNTER_FRESH_DAYS,
    COUNTED_BOOKINGS,
    WHO_REFERS,
    CANCEL_BY,
    NO_SHOW_BAN_COVERS,
)
CLOSES_REFERRAL: Final = "booking_and_referral"
# Which value a rule is judged by; of several the first that somebody set.
DECIDING: Final[dict[str, tuple[Parameter, ...]]] = {
    "R106": (p.BOOKING_HORIZON_DAYS,),
    "R107": (p.BOOKING_CUTOFF,),
    "R022": (p.CANCEL_CUTOFF,),
    "R108": (p.LIMIT_PER_DAY,),
    "R015": (p.LIMIT_PER_DAY_DEPARTMENT,),
    "R109": (p.LIMIT_7_DAYS_DEPARTMENT,),
    "R017": (p.LIMIT_7_DAYS,),
    "R018": (p.LIMIT_3_MONTHS,),
    "R147": (p.CHURN_CHANGES,),
    "R142": (p.SERVICE_FROM, p.SERVICE_TO),
    "R050": (p.ENCOUNTER_FRESH_DAYS,),
    "R118": (WHO_REFERS,),
    "R136": (NO_SHOW_BAN_COVERS,),
}
KEYS: Final = [parameter.key for parameter in (*OF_HOSPITAL, *OF_RESIDENT)]


def resolved_for(rows: Iterable[Row], at: date, hospital: Target, resident: Target) -> dict[str, Resolved]:
    """Every value of this path with the level and row that decided it."""
    held = list(rows)
    return {q.key: resolve(q, at, hospital, held) for q in OF_HOSPITAL} | {q.key: resolve(q, at, resident, held) for q in OF_RESIDENT}


def limits_from(values: dict[str, Resolved]) -> Limits:
    """The same as the rules want them."""

    def of(parameter: Parameter) -> Any:
        return values[parameter.key].value

    return Limits(
        horizon_days=of(p.BOOKING_HORIZON_DAYS),
        booking_cutoff=of(p.BOOKING_CUTOFF),
        per_day=of(p.LIMIT_PER_DAY),
        per_day_department=of(p.LIMIT_PER_DAY_DEPARTMENT),
        per_7_days_department=of(p.LIMIT_7_DAYS_DEPARTMENT),
        per_7_days=of(p.LIMIT_7_DAYS),
        encounter_days=of(p.ENCOUNTER_FRESH_DAYS),
        per_3_months=of(p.LIMIT_3_MONTHS) if of(p.LIMIT_3_MONTHS_BINDS) else None,
        churn_changes=of(p.CHURN_CHANGES) if of(p.CHURN_APPLIES) else None,
        churn_days=of(p.CHURN_DAYS),
        service_from=of(p.SERVICE_FROM),
        service_to=of(p.SERVICE_TO),
        what_counts=of(COUNTED_BOOKINGS),
        who_refers=of(WHO_REFERS),
    )


def grounds_of(values: dict[str, Resolved]) -> dict[str, Grounds]:
    """By rule, where its value comes from: a row says so itself, a default after the district's draft that nobody chose it (R140)."""
    found: dict[str, Grounds] = {}
    for rule, parameters in DECIDING.items():
        if rule == "R136" and values[NO_SHOW_BAN_COVERS.key].value != CLOSES_REFERRAL:
            continue  # decided since the ban, which stands as it was made: the article is its ground
        one = next((values[q.key] for q in parameters if values[q.key].row is not None), values[parameters[0].key])
        if one.row is not None:
            found[rule] = Grounds(str(one.source), one.quote)
        elif one.source == p.DISTRICT_2018:
            found[rule] = Grounds(Source.NOT_CHOSEN)
    return found


def cancel_until(values: dict[str, Resolved], visit_date: date) -> datetime:
    """The instant from which this visit cannot be cancelled any more (R022, C9)."""
    hour: Any = values[p.CANCEL_CUTOFF.key].value
    return day_before_at(visit_date, hour)


def as_json(values: dict[str, Resolved]) -> dict[str, Any]:
    """What the booking keeps for good: each value, who decided it, and the row if it was not the default."""
    return {key: {"value": str(one.value), "level": one.level.name.lower(), "row": one.row} for key, one in values.items()}


def row_from_json(row: dict[str, Any]) -> Row:
    """A policy row as `booking_facts` gives it, already in force on the day."""
    return Row(
        row["parameter"], row["value"], date.fromisoformat(row["valid_from"]), None,
        row["district"], row["institution"], row["department"], row["source"], row["id"], row["quote"],
    )  # fmt: skip
