"""At the clinic: a resident is seen, referred, booked, taken back, booked again, told, and taken over in the end."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from referral.walkthrough.line import Answer, Broken
from referral.walkthrough.people import Person
from referral.walkthrough.stage import BEIJING, Stage, tag, today
from referral.walkthrough.texts import SUBJECT, WRITTEN

FOUR_THINGS = ["when", "where", "cancelling", "not_coming"]
WHOLE_STORY = {
    "referral.written", "referral.booked", "booking.booked", "booking.cancelled", "booking.arrived", "booking.fulfilled",
    "referral.attended", "referral.reported", "referral.returned", "return.sent", "return.accepted",
}  # fmt: skip


def refer_and_book(stage: Stage, doctor: Person) -> tuple[str, dict[str, Any]]:
    """The referral and the booking of a resident against whom no limit stands."""
    stage.line.title("A resident is seen, referred and booked")
    for patient in residents(doctor):
        referral = written(doctor, patient)
        first = booked(stage, doctor, referral, places(stage, doctor))
        if first is not None:
            cancel(stage, doctor, first)
            return referral, booked_again(stage, doctor, referral)
        drop(doctor, referral)
    raise Broken("every resident has reached a booking limit of these days; run the walkthrough again in a week")


def residents(doctor: Person) -> list[str]:
    """Residents with a mobile number; those without a case of their own first, 陈秀兰 before all when she has none."""
    lead = doctor.ask("GET", "/patients?q=陈秀兰").json["results"]
    everybody = doctor.ask("GET", "/patients").json["results"]
    cases = doctor.ask("GET", "/referrals").json["results"]
    busy = {case["patient"] for case in cases if case["status"] not in ("cancelled", "expired")}
    reachable = dict.fromkeys(patient["id"] for patient in [*lead, *everybody] if patient["phone"].startswith("1"))
    return sorted(reachable, key=lambda patient: patient in busy)


def written(doctor: Person, patient: str) -> str:
    """A referral, from a visit recorded now."""
    seen = {"patient": patient, "seen_at": datetime.now(BEIJING).isoformat(timespec="seconds"), "note": "门诊随访"}
    encounter = doctor.ask("POST", "/encounters", expect=201, body=seen).json["id"]
    body = {**WRITTEN, "patient": patient, "encounter": encounter}
    return str(doctor.ask("POST", "/referrals", expect=201, body=body).json["id"])


def places(stage: Stage, doctor: Person) -> list[dict[str, Any]]:
    """Bands of the clerk's hospital with a place left, one a day, the nearest day first."""
    name = stage.cast.clerk.institution
    hospital = next(row["id"] for row in doctor.ask("GET", "/institutions").json["results"] if row["name"] == name)
    rows = doctor.ask("GET", f"/availability?institution={hospital}&department={SUBJECT}&kind=clinic").json["results"]
    by_day = {row["starts_at"][:10]: row for row in reversed(rows) if row["remaining"] > 0}
    stage.line.held(f"{name} has places on {len(by_day)} days", by_day)
    return [by_day[day] for day in sorted(by_day)]


def booked(stage: Stage, doctor: Person, referral: str, choices: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The booking of the first place no limit stands against, asked for twice with one key; None when all are refused."""
    for place in choices[:5]:
        version, key = doctor.ask("GET", f"/referrals/{referral}").version, str(uuid4())
        made = attempt(stage, doctor, referral, place["id"], version, key)
        if made is not None:
            again = attempt(stage, doctor, referral, place["id"], version, key)
            stage.line.held("the same key gives the same booking", again and again.json["id"] == made.json["id"])
            stage.sms(made.json["id"], "referral_booked", made.json["confirmation_code"][:4])
            return dict(made.json)
    return None


def booked_again(stage: Stage, doctor: Person, referral: str) -> dict[str, Any]:
    """After a cancellation the same visit to the clinic may be booked once more, for another day."""
    again = booked(stage, doctor, referral, places(stage, doctor)[1:])
    if again is None:
        raise Broken("the referral could not be booked again after its booking was cancelled")
    return again


def attempt(stage: Stage, doctor: Person, referral: str, slot: str, version: str, key: str) -> Answer | None:
    """One click; a limit, or a place taken meanwhile, is an answer too."""
    try:
        return doctor.ask("POST", f"/referrals/{referral}/bookings", expect=201, body={"pool_slot": slot}, version=version, key=key)
    except Broken as refused:
        if "limit_reached" in str(refused) or "slot_not_available" in str(refused):
            stage.line.say("     refused by a limit, or taken; the next place is tried")
            return None
        raise


def cancel(stage: Stage, doctor: Person, booking: dict[str, Any]) -> None:
    """The booking is taken back and the resident told."""
    body = {"reason": "患者改期"}
    done = doctor.ask("POST", f"/bookings/{booking['id']}/cancel", body=body, version=tag(booking["version"]))
    stage.line.held("the booking is cancelled", done.json["status"] == "cancelled")
    stage.sms(booking["id"], "referral_cancelled")


def drop(doctor: Person, referral: str) -> None:
    """A draft that led nowhere."""
    version = doctor.ask("GET", f"/referrals/{referral}").version
    doctor.ask("POST", f"/referrals/{referral}/cancel", body={"reason": "演示"}, version=version)


def paper_and_words(stage: Stage, doctor: Person, booking: dict[str, Any]) -> None:
    """The slip in her hand, and the four things said."""
    stage.line.title("The slip is printed, the four things are told")
    stage.pdf(doctor, f"/bookings/{booking['id']}/slip.pdf")
    told = doctor.ask("POST", f"/bookings/{booking['id']}/told", body={"told": FOUR_THINGS}).json
    stage.line.held("that she was told is recorded", told["told_at"])


def take_over(stage: Stage, doctor: Person, referral: str, sent_back: str) -> None:
    """The clinic's doctor reads what the hospital did and answers for her from now on."""
    stage.line.title("The clinic's doctor takes her over again")
    waiting = [row["id"] for row in doctor.ask("GET", "/returns").json["results"]]
    stage.line.held("the return stands in the centre's list", sent_back in waiting)
    opened = doctor.ask("GET", f"/returns/{sent_back}")
    supplies = [drug["supply"] for drug in opened.json["drugs"]]
    stage.line.held("with its drugs and what the centre can supply", supplies == ["yes", "no", "substitute"])
    first = {"first_follow_up_on": str(today() + timedelta(days=7))}
    taken = doctor.ask("POST", f"/returns/{sent_back}/accept", body=first, version=opened.version).json
    answers = (taken["status"], taken["owner"]) == ("accepted", stage.cast.doctor.name)
    stage.line.held(f"{taken['owner']} answers for her now", answers)
    told = {entry["event"] for entry in doctor.ask("GET", f"/referrals/{referral}").json["timeline"]}
    stage.line.held("the case tells the whole story", told >= WHOLE_STORY)
