"""At the hospital: the window, the receiving doctor, the report, and the way back."""

from typing import Any

from referral.walkthrough.people import Person
from referral.walkthrough.stage import Stage, tag
from referral.walkthrough.texts import PLAN, REPORT


def receive(stage: Stage, clerk: Person, booking: dict[str, Any]) -> None:
    """By the confirmation code; the demonstration's hospitals receive before the day has come."""
    stage.line.title("At the window")
    shown = {"code": booking["confirmation_code"]}
    (found,) = clerk.ask("POST", "/arrivals/find", body=shown).json["results"]
    stage.line.held("the code opens this booking and shows no full name", found["id"] == booking["id"] and "*" in found["name"])
    arrived = clerk.ask("POST", f"/bookings/{found['id']}/arrive", body=shown, version=tag(found["version"]))
    undone = clerk.ask("POST", f"/bookings/{found['id']}/undo", version=arrived.version)
    stage.line.held("a slip of the hand is taken back", undone.json["status"] == "booked")
    clerk.ask("POST", f"/bookings/{found['id']}/arrive", body=shown, version=undone.version)
    listed = {row["id"]: row["status"] for row in clerk.ask("GET", "/arrivals").json["results"]}
    stage.line.held("today's list says that she has come", listed.get(found["id"]) == "arrived")


def see_and_send_back(stage: Stage, doctor: Person, referral: str, booking: dict[str, Any]) -> str:
    """Visit, report and return with its slip; answers the return."""
    stage.line.title("The visit, its report and the way back")
    waiting = {row["id"]: row for row in doctor.ask("GET", "/visits").json["results"]}
    stage.line.held("the receiving doctor finds the patient in the list", booking["id"] in waiting)
    version = tag(waiting[booking["id"]]["version"])
    seen = doctor.ask("POST", f"/bookings/{booking['id']}/fulfil", version=version).json["referral"]
    reported = doctor.ask("POST", f"/referrals/{referral}/report", expect=201, body=REPORT, version=tag(seen["version"]))
    sent = doctor.ask("POST", f"/referrals/{referral}/returns", expect=201, body=PLAN, version=reported.version).json
    home = (sent["status"], sent["to_institution"]) == ("sent", stage.cast.doctor.institution)
    stage.line.held("the return waits at the doctor's centre", home)
    stage.pdf(doctor, f"/returns/{sent['id']}/slip.pdf")
    stage.sms(sent["id"], "return_patient")
    return str(sent["id"])
