"""System, security and audit administrator and the platform operator: every door to patients refuses them and tells nothing."""

import pytest

from permissions.guards import Needs
from permissions.roles import CAPABILITIES, Capability, Role
from tests.cast import a_role, a_user, acting_as
from tests.integration.bad_input.proof import taken_back, written
from tests.integration.bad_input.stage import Stage
from tests.integration.doors.test_doors import DOORS, WORDS_OF_ILLNESS, ask, canaries, leaks
from tests.integration.doors.walk import Door

pytestmark = pytest.mark.django_db
OFFICES = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.PLATFORM_OPERATOR)
# What leads to patients, their referrals, or acts about them.
TO_PATIENTS = frozenset(
    {
        Capability.SEE_PATIENTS, Capability.WRITE_REFERRAL, Capability.BOOK, Capability.CANCEL_BOOKING, Capability.ACCEPT_RETURN,
        Capability.ASSIGN_RETURN, Capability.RECEIVE, Capability.RECORD_VISIT, Capability.SEND_BACK, Capability.SEE_BOOKINGS,
        Capability.MANAGE_RESIDENTS, Capability.SIGN_CONDUCT,
    }
)  # fmt: skip


def test_an_office_that_keeps_the_platform_sees_no_patient(stage: Stage) -> None:
    hidden, faults = canaries(stage) + list(WORDS_OF_ILLNESS), []
    for role in OFFICES:
        with taken_back():
            person = a_user("邱志文")
            a_role(person, role)
            who = acting_as(person)
            stage.open_session(who)
            # One office tries every method; what refuses her refuses the others by the same table, so they try to read.
            tries = [door for door in DOORS if role is Role.PLATFORM_OPERATOR or door.method == "GET"]
            before, closed = written(), [door for door in tries if _leads_to_patients(door)]
            for door in closed:
                answer = ask(stage, door, who)
                faults += [f"{door}: {answer.status_code} for {role}"] if answer.status_code != 403 else []
                faults += [f"{door} tells {word}" for word in leaks(stage, answer, hidden)]
            faults += [f"{role} wrote at a closed door"] if written() != before else []
            for door in [one for one in DOORS if one.method == "GET" and _is_open_to(role, one)]:
                faults += [f"{door} tells {role} {word}" for word in leaks(stage, ask(stage, door, who), hidden)]
        assert len(closed) > 30

    assert not faults, "\n" + "\n".join(faults)


def test_no_office_that_keeps_the_platform_has_a_capability_that_leads_to_patients() -> None:
    assert [sorted(CAPABILITIES[role] & TO_PATIENTS) for role in OFFICES] == [[], [], [], []]


def _leads_to_patients(door: Door) -> bool:
    return isinstance(door.policy, Needs) and bool(door.policy.capabilities & TO_PATIENTS)


def _is_open_to(role: Role, door: Door) -> bool:
    if isinstance(door.policy, Needs):
        return bool(door.policy.capabilities & CAPABILITIES[role])
    return not door.is_public
