"""Loads the whole demonstration, or what is missing of it; every start adds the days that have come nearer."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

from permissions.roles import Role
from referral.demo.load_beds import load_beds
from referral.demo.load_criteria import load_criteria
from referral.demo.load_duties import load_duties
from referral.demo.load_exams import load_exams
from referral.demo.load_inbox import load_inbox
from referral.demo.load_nominations import load_nominations
from referral.demo.load_offers import load_offers
from referral.demo.load_people import load_accounts, load_rights, load_teams, users_of
from referral.demo.load_persons import load_persons
from referral.demo.load_places import (
    as_admin,
    first_admins,
    load_alliances,
    load_departments,
    load_districts,
    load_institutions,
    load_rules,
)
from referral.demo.load_policy import load_policy
from referral.demo.load_residents import load_residents
from referral.demo.load_sessions import load_sessions
from referral.demo.load_sets import load_sets
from referral.demo.load_watch import load_watch
from referral.demo.people import Someone, everybody


def load(today: date, folder: Path, tell: Callable[[str], None]) -> None:
    """Promise a demonstration that is complete and two weeks ahead; what exists is not touched.

    Each step is made of the product's own use cases, so the same checks and the same audit trail hold.
    """
    people = everybody()
    district = load_districts()
    chief, deputy = [someone for someone in people if someone.role == Role.DISTRICT_ADMIN][:2]
    known = users_of([chief, deputy])
    both = [as_admin(known[one.phone], district) for one in (chief, deputy) if one.phone in known]
    admin, second = both if len(both) == 2 else first_admins(chief, deputy, district)
    places = load_institutions(admin)
    load_departments(places, admin)
    load_rules(places, today, admin)
    load_alliances(places, admin)
    load_accounts(people, places, admin, second)
    load_rights(people, today, admin)
    load_teams(admin)
    load_duties(people)
    load_nominations(people, admin)
    load_policy(today, district, places, admin, second)
    load_sets(today, admin)
    load_criteria(today, admin, second)
    load_watch()
    tell(f"{len(places)} institutions, {len(people)} people")
    tell(f"{load_residents(places, today)} residents added")
    tell(f"{load_sessions(places, today)} reserved bands added")
    tell(f"{load_offers(places)} further services added")
    tell(f"{load_exams(places, today)} reserved bands of examinations added")
    tell(f"{load_beds(places, today)} reserved bands of beds and day surgery added")
    tell(f"{load_persons(today)} documents, proofs and exceptions added")
    tell(f"{load_inbox()} notices nobody has read yet")
    write_accounts(people, folder)


def write_accounts(people: list[Someone], folder: Path) -> None:
    """Who can log in, as accounts.json: role, name, phone, institution; the first of each role is the one to try."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        {"role": someone.role.value, "name": someone.name, "phone": someone.phone, "institution": someone.place or "西城区"}
        for someone in people
    ]
    (folder / "accounts.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
