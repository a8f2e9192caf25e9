"""Reads the facts of a booking in one round trip: locks first, then one row with a snapshot of its own."""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from clinics.models import ServiceKind
from clinics.models.offer import ASKED_FIRST
from clinics.policy import Resolved, Target
from permissions.acting import Acting
from referral.booking import limits
from referral.booking.facts import SHANGHAI, BookingFacts, Counted
from reserved_pools.models import PoolKind
from vault.transactions import requires_transaction


class Row(NamedTuple):
    """What `booking_facts` returns, column by column."""

    now: datetime
    right_status: str | None
    right_from: datetime | None
    right_to: datetime | None
    post_to: datetime | None
    refers_own_patients: bool
    grant_until: datetime | None
    encounter_seen_at: datetime
    encounter_at_own_unit: bool
    encounter_by_care_team: bool
    contract_until: date | None
    contract_at_own_unit: bool
    contract_with_team: bool
    contract_with_doctor: bool
    health_record_number: str
    institution_is_suspended: bool
    session_is_planned: bool
    places_left: int
    institution: int
    standard_code: str
    visit_date: date
    starts_at: datetime
    ends_at: datetime
    counted_days: list[date] | None
    counted_institutions: list[int] | None
    counted_codes: list[str] | None
    counted_statuses: list[str] | None
    emergency_sign: str
    banned_until: datetime | None
    restricted_until: datetime | None
    restricting: list[int] | None
    controlled_by: str | None
    changed_at: list[datetime] | None
    exceptions: str | None
    policy_rows: str | None
    hospital_district: int
    department: int
    contract_district: int
    replay_of: UUID | None
    replay_hash: bytes | None
    referral: int
    referral_public: UUID
    referral_number: str
    referral_status: str
    referral_version: int
    referral_at_own_unit: bool
    referral_created_at: datetime
    pool_slot: int
    patient_name: str
    patient_sex: str
    patient_phone: bytes
    hospital_name: str
    department_name: str
    pickup_place: str
    unit_phone: str
    has_guardian: bool = False
    booker_phone: bytes = b""
    service_kind: str = ServiceKind.CLINIC
    service_name: str = ""
    preparation: str = ""
    service: int = 0
    is_booked: bool = False
    accepted_until: date | None = None
    asked_at: datetime | None = None
    asked_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """The facts for the rules, the policy values behind them, and the row they came from for the write."""

    row: Row
    facts: BookingFacts
    values: dict[str, Resolved]


def booking_facts(
    referral: UUID, pool_slot: UUID, key: str, by: Acting, *, without: UUID | None = None, kind: str = PoolKind.COMMUNITY_REFERRAL
) -> Judged | None:
    """Step: lock the acting right, then the patient, then read; None when there is no such referral or place.

    `without` is a booking that is not counted because this one takes its place or is it again; `kind` says whose places are asked.
    The locks are `FOR NO KEY UPDATE` and last until the transaction ends. `now` is the database's clock after them.
    """
    requires_transaction()
    post: Any = by.post
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM booking_facts(%s::bigint, %s::bigint, %s::uuid, %s::uuid, %s::uuid, %s::text, %s::text[], %s::uuid, %s::text)",
            [post.right_id, post.pk, referral, pool_slot, by.user.public_id, key, limits.KEYS, without, str(kind)],
        )
        found = cursor.fetchone()
    return judged(Row(*found)) if found else None


def judged(row: Row) -> Judged:
    """The row with its policy resolved."""
    rows = [limits.row_from_json(one) for one in json.loads(row.policy_rows or "[]")]
    values = limits.resolved_for(
        rows, row.now.astimezone(SHANGHAI).date(),
        hospital=Target(row.hospital_district, row.institution, row.department), resident=Target(row.contract_district),
    )  # fmt: skip
    return Judged(row, facts_from(row, values), values)


def facts_from(row: Row, values: dict[str, Resolved]) -> BookingFacts:
    """What the rules may see of the row."""
    return BookingFacts(
        now=row.now,
        right_status=row.right_status,
        right_from=row.right_from,
        right_to=row.right_to,
        post_to=row.post_to,
        refers_own_patients=row.refers_own_patients,
        grant_until=row.grant_until,
        encounter_seen_at=row.encounter_seen_at,
        encounter_at_own_unit=row.encounter_at_own_unit,
        encounter_by_care_team=row.encounter_by_care_team,
        contract_until=row.contract_until,
        contract_at_own_unit=row.contract_at_own_unit,
        contract_with_team=row.contract_with_team,
        contract_with_doctor=row.contract_with_doctor,
        health_record_number=row.health_record_number,
        institution_is_suspended=row.institution_is_suspended,
        place_is_free=row.session_is_planned and row.places_left > 0,
        institution=row.institution,
        standard_code=row.standard_code,
        visit_date=row.visit_date,
        counted=counted_from(row),
        limits=limits.limits_from(values),
        emergency_sign=row.emergency_sign,
        banned_until=row.banned_until,
        restricted_until=row.restricted_until,
        restricting=frozenset(row.restricting or ()),
        controlled_by=row.controlled_by or "",
        changed_at=tuple(row.changed_at or ()),
        let_pass=frozenset(one["rule"] for one in exceptions_of(row)),
        grounds=limits.grounds_of(values),
        is_asked_first=row.service_kind in ASKED_FIRST,
        accepted_until=row.accepted_until,
        asked_at=row.asked_at,
    )


def exceptions_of(row: Row) -> list[dict[str, Any]]:
    """What two persons let pass for this referral: public id and rule of each, and whether it is spent.

    A spent one was used by the booking that is moved or undone, and lets it pass again.
    """
    return json.loads(row.exceptions) if row.exceptions else []


def as_it_was_let_pass(judged: Judged) -> BookingFacts:
    """The facts for a booking that only goes on: what was let pass for it passes again, what nobody has used yet stays unused."""
    spent = frozenset(one["rule"] for one in exceptions_of(judged.row) if one["spent"])
    return replace(judged.facts, let_pass=spent)


def counted_from(row: Row) -> tuple[Counted, ...]:
    """The resident's other bookings around this one."""
    columns = (row.counted_days, row.counted_institutions, row.counted_codes, row.counted_statuses)
    return tuple(map(Counted, *(column or () for column in columns)))
