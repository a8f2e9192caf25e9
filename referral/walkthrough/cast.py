"""Who of the accounts plays which part: two doctors of one centre, one hospital's clerk and doctor, a district admin."""

from dataclasses import dataclass

from referral.walkthrough.line import Broken
from referral.walkthrough.people import Account


@dataclass(frozen=True, slots=True)
class Cast:
    """The parts of the story."""

    doctor: Account
    colleague: Account
    clerk: Account
    receiving: Account
    admin: Account


def cast_from(accounts: list[Account]) -> Cast:
    """The first of each role; the colleague sits at the doctor's centre, the receiving doctor at the clerk's hospital."""
    doctor = first(accounts, "family_doctor")
    clerk = first(accounts, "window_clerk")
    return Cast(
        doctor=doctor,
        colleague=first([one for one in accounts if one != doctor], "family_doctor", doctor.institution),
        clerk=clerk,
        receiving=first(accounts, "receiving_doctor", clerk.institution),
        admin=first(accounts, "district_admin"),
    )


def first(accounts: list[Account], role: str, institution: str = "") -> Account:
    """The first account of a role, at one institution when it is named."""
    for one in accounts:
        if one.role == role and institution in ("", one.institution):
            return one
    raise Broken(f"no {role} {institution} among the accounts")
