"""In the district: a right is taken away between opening a page and clicking, and a new one begins."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from referral.walkthrough.clinic import drop, places, residents, written
from referral.walkthrough.line import Broken
from referral.walkthrough.people import Person
from referral.walkthrough.stage import BEIJING, Stage, tag, today


def revoke_while_open(stage: Stage, doctor: Person, admin: Person) -> None:
    """The doctor has chosen a place; the right goes; the very next click is refused with a sentence that says why."""
    stage.line.title("A right is revoked while a referral is open")
    referral = written(doctor, residents(doctor)[-1])
    slot, version = places(stage, doctor)[0]["id"], doctor.ask("GET", f"/referrals/{referral}").version
    right = right_of(admin, doctor)
    gone = admin.ask("POST", f"/rights/{right['id']}/revoke", body={"reason": "moved"}, version=tag(right["version"])).json
    stage.line.held("the right is revoked", gone["status"] == "revoked")
    click = {"body": {"pool_slot": slot}, "version": version, "key": str(uuid4())}
    refused = doctor.ask("POST", f"/referrals/{referral}/bookings", expect=403, **click).json
    told = refused["code"] == "right_not_in_force" and refused["detail"]
    stage.line.held(f"the next click is refused and says why: {refused['detail']}", told)
    begin_again(stage, admin, right)
    drop(doctor, referral)


def right_of(admin: Person, doctor: Person) -> dict[str, Any]:
    """The doctor's right in force, as the district sees it."""
    wanted = (doctor.account.name, doctor.account.institution)
    for row in admin.ask("GET", "/rights?status=granted").json["results"]:
        if (row["user"], row["institution"]) == wanted and row["in_force"]:
            return dict(row)
    raise Broken(f"{doctor.account.name} has no right in force")


def begin_again(stage: Stage, admin: Person, right: dict[str, Any]) -> None:
    """A revoked right is final; a new one of the same reach begins, so that the demonstration stays usable."""
    targets = [{"kind": target["kind"], "id": target["id"]} for target in right["targets"]]
    body = {"post": right["post"], "targets": targets, "valid_to": str(last_day(right["valid_to"]))}
    entered = admin.ask("POST", "/rights", expect=201, body=body).json
    stage.line.held("a new right is in force", entered["in_force"])


def last_day(valid_to: str | None) -> date:
    """The last day of a right; its end is the first instant without it."""
    if valid_to is None:
        return today() + timedelta(days=365)
    return (datetime.fromisoformat(valid_to).astimezone(BEIJING) - timedelta(seconds=1)).date()
