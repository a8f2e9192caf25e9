"""Statements that clone a row many times with some columns changed, so that a measurement need not know the others."""

from dataclasses import dataclass
from typing import Any, Final

UUID7: Final = "uuidv7()"


@dataclass(frozen=True)
class Prototypes:
    """One row of each table, by its key, and the columns of each table."""

    row: dict[str, int]
    columns: dict[str, list[str]]

    def clone(self, table: str, source: str, **changed: str) -> str:
        """An INSERT of the prototype for each row of `source`, these columns otherwise; without `id` the table numbers them itself."""
        changed = ({"public_id": UUID7} if "public_id" in self.columns[table] else {}) | changed
        names = [name for name in self.columns[table] if name != "id" or "id" in changed]
        values = ", ".join(changed.get(name, f"proto.{name}") for name in names)
        whole = f"(SELECT * FROM {table} WHERE id = {self.row[table]}) AS proto"
        return f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {source} CROSS JOIN {whole};\n"


def prototypes(server: Any, rows: dict[str, int]) -> Prototypes:
    """These rows with the columns their tables have."""
    asked = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY ordinal_position"
    columns: dict[str, list[str]] = {}
    for line in server.sql(asked, "referral").split():
        table, column = line.split("|")
        columns.setdefault(table, []).append(column)
    return Prototypes(rows, columns)


def people(one: Prototypes, first: int, last: int, base: int) -> str:
    """Residents numbered so, each with a document and a contract with a doctor's team."""
    source = f"(SELECT p, {base} + p AS key FROM generate_series({first}, {last} - 1) AS p) AS new"
    named = f"{source} JOIN bench_name AS called ON called.nth = p % (SELECT count(*) FROM bench_name)"
    cared = f"{source} JOIN bench_doctor AS doctor ON doctor.doctor = p % (SELECT count(*) FROM bench_doctor)"
    return (
        one.clone(
            "referral_patient", named, id="key", name="called.name", grams="called.grams", phone_hash="'h1:' || md5('p' || p)",
            phone_tail="lpad((p % 10000)::text, 4, '0')",
        )
        + one.clone("referral_patientidentifier", source, patient_id="key", number_hash="'h1:' || md5('i' || p)")
        + one.clone(
            "referral_familydoctorcontract", cared, patient_id="key", institution_id="doctor.centre", care_team_id="doctor.team",
            doctor_id="doctor.person", health_record_number="lpad(p::text, 17, '0')",
        )
    )  # fmt: skip


def past(one: Prototypes, base: int, half_day: str) -> str:
    """What the table bench_past plans: visits, referrals, bands with their places, bookings, and a row of each in what goes with them."""
    key, patient, plan = f"{base} + past.n", f"{base} + past.p", "bench_past AS past"
    who = {"post_id": "past.post", "patient_id": patient}
    taken_back = "CASE WHEN past.became <> 'cancelled' THEN '' WHEN past.fate < 70 THEN 'by_resident' ELSE 'by_referrer' END"
    number, told = "'9' || lpad(past.n::text, 15, '0')", "'h1:' || md5('p' || past.p)"
    bands = f"""(SELECT slot AS id, min(day) AS day, count(*) AS room, count(*) AS taken, '{half_day}' AS half_day,
                          hospital, department, service, code
                   FROM bench_past GROUP BY slot, hospital, department, service, code) AS band"""
    at = "past.day - interval '6 days' + past.n % 36000 * interval '1 second'"
    return (
        one.clone("referral_encounter", plan, id=key, institution_id="past.centre", seen_at=at, **who)
        + one.clone(
            "referral_referral", plan, id=key, encounter_id=key, institution_id="past.centre", owner_id="past.post", number=number,
            status="past.referred", version="3", created_at=at, **who,
        )
        + bands_of(one, bands)
        + one.clone(
            "referral_booking", plan, id=key, public_id="past.booking", referral_id=key, number=number, pool_slot_id="past.slot",
            right_id="past.right_id", institution_id="past.hospital", department_id="past.department", standard_code="past.code",
            visit_date="past.day", status="past.became", created_at=at, starts_at="past.day + interval '1 hour'",
            ends_at="past.day + interval '2 hours'",
            cancel_until="past.day - interval '17 hours'", code_hash="'h1:' || md5('c' || past.n)",
            slip_token="'r1.' || substr(md5('s' || past.n), 1, 22)",
            cancel_cause=taken_back, **who,
        )
        + one.clone("reserved_pools_placeevent", plan, pool_slot_id="past.slot", about="past.booking", at=at)
        + one.clone(
            "vault_auditentry", plan, object_id="past.booking", actor_id="past.actor", post_id="past.post_public",
            tx="pg_current_xact_id()",
        )
        + one.clone("vault_idempotencykey", plan, actor_id="past.actor", key="'past-' || past.n", result_id="past.booking")
        + one.clone(
            "vault_message", plan, about="past.booking", phone_hash=told, state="'sent'", created_at=at, due_at=at, not_before=at,
            settled_at=at, lease_until="NULL",
        )
    )  # fmt: skip


def bands_of(one: Prototypes, bands: str) -> str:
    """A session, a band and its places for each row (id, day, half_day, room, taken, hospital, department, service, code)."""
    times = {"starts_at": "band.day + interval '1 hour'", "ends_at": "band.day + interval '2 hours'"}
    return (
        one.clone(
            "clinics_clinicsession", bands, id="band.id", date="band.day", half_day="band.half_day", service_id="band.service", **times
        )
        + one.clone("clinics_slot", bands, id="band.id", session_id="band.id", **times)
        + one.clone(
            "reserved_pools_poolslot", bands, id="band.id", slot_id="band.id", visit_date="band.day", institution_id="band.hospital",
            department_id="band.department", service_id="band.service", standard_code="band.code", published="band.room",
            claimed="band.taken", opens_at="band.day - interval '14 days'", closes_at="band.day - interval '17 hours'",
            closed_at="CASE WHEN band.day <= current_date THEN now() END", **times,
        )
    )  # fmt: skip


def drafts(one: Prototypes, first: int, last: int, base: int, ahead: int, residents: int) -> str:
    """A visit of an hour ago and a referral to be booked for each of these turns, each of another resident."""
    source = f"""(SELECT {ahead} + turn AS key, turn, {base} + turn * 7919 % {residents} AS patient, turn * 7919 % {residents} AS p
                    FROM generate_series({first}::bigint, {last} - 1) AS turn) AS due
                 JOIN bench_doctor AS doctor ON doctor.doctor = due.p % (SELECT count(*) FROM bench_doctor)"""
    who = {"id": "key", "patient_id": "patient", "institution_id": "doctor.centre", "post_id": "doctor.post"}
    return one.clone("referral_encounter", source, seen_at="now() - interval '1 hour'", **who) + one.clone(
        "referral_referral", source, encounter_id="key", owner_id="doctor.post", number="'8' || lpad(turn::text, 15, '0')",
        status="'draft'", version="1", created_at="now()", **who,
    )  # fmt: skip
