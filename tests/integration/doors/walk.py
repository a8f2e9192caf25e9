"""Walks every address of the product: what answers there, for whom, and with which objects of a stage its blanks are filled."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver

from permissions.guards import PUBLIC, policies_of
from tests.integration.bad_input.stage import Stage

NOBODY = "01990000-0000-7000-8000-00000000dead"  # nothing has this id; the door itself still has to refuse
BLANK = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Door:
    """One method of one address."""

    method: str
    pattern: str
    policy: Any

    @property
    def is_public(self) -> bool:
        return self.policy is PUBLIC

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("api/v1/")

    @property
    def has_object(self) -> bool:
        return "<" in self.pattern

    def __str__(self) -> str:
        return f"{self.method} /{self.pattern}"


def doors() -> Iterator[Door]:
    """Every method of every address."""
    return (Door(*found) for found in policies_of(get_resolver().url_patterns))


def shape_of(door: Door) -> re.Pattern[str]:
    """Every address of this door; a word such as new is no id."""
    return re.compile("/" + BLANK.sub(lambda blank: "[0-9a-f-]{36}" if blank[0].startswith("<uuid:") else "[^/]+", door.pattern))


def address(door: Door, stage: Stage) -> str:
    """The door's address with its blanks filled with objects of 德胜 and 北大医院."""
    ids = {
        "patients": stage.patient, "residents": stage.patient, "contracts": stage.keeping.contract, "care-teams": stage.team,
        "referrals": stage.booked.referral, "bookings": stage.booked, "arrivals": stage.arrived,
        "visits": stage.arrived, "returns": stage.sent, "rights": next(iter(stage.rights.values())), "posts": stage.without_right,
        "sessions": stage.session, "institutions": stage.world.centre, "departments": stage.register.department,
        "alliances": stage.register.alliance, "members": stage.world.centre, "people": stage.register.person,
        "handover": stage.leaver.post, "conduct": stage.world.centre,
        "administrators": stage.offices.office, "accounts": stage.offices.person, "live-sessions": stage.offices.session,
        "policy-rows": stage.ruled.draft, "rows": stage.ruled.draft,
        "policy-choices": stage.ruled.choice, "choices": stage.ruled.choice,
        "policy-trials": stage.ruled.trial, "trials": stage.ruled.trial,
        "practitioners": stage.offered.practitioner, "services": stage.offered.service,
        "facts": stage.register.label, "fact-labels": stage.register.label,
        "session-templates": stage.weeks.template, "timetable": stage.weeks.template, "clinic-sessions": stage.weeks.session,
        "stops": stage.stopped.waiting, "disruptions": stage.stopped.disruption, "calls": stage.stopped.disruption,
        "pools": stage.balanced.pool, "rebalancings": stage.balanced.moved,
        "review": stage.reviewed.waiting, "suspensions": stage.world.centre, "disputes": stage.watched.dispute,
        "absent": stage.ledgered.missing, "breaches": stage.ledgered.breach, "appeals": stage.ledgered.appeal,
        "restrictions": stage.ledgered.restriction,
        "findings": stage.evaluated.signed, "measures": stage.evaluated.open,
        "controls": stage.personed.waiting, "exceptions": stage.personed.exception, "imports": stage.lists.checked,
        "inbox": stage.told.notice, "messages": stage.told.message,
    }  # fmt: skip
    if door.pattern.startswith("sessions/"):  # a clinic session; those of a login stand below me/
        ids["sessions"] = stage.weeks.session
    if door.pattern.startswith("breaches/papers/"):
        ids["breaches"] = stage.ledgered.paper
    if "token" in door.pattern:
        return "/" + BLANK.sub(stage.booked.slip_token, door.pattern)
    place = next((name for name in reversed(door.pattern.partition("<")[0].split("/")) if name in ids), "")
    return "/" + BLANK.sub(str(ids[place].public_id) if place else NOBODY, door.pattern)
