"""Roles and capabilities: complete, and apart where they must be."""

from itertools import combinations

import pytest

from permissions.acting import Acting
from permissions.roles import CAPABILITIES, DISTRICT_ROLES, DOCTORS, POST_KINDS, REFERRING_KINDS, Capability, Role, role_can


def test_every_role_has_capabilities_and_every_capability_a_role() -> None:
    assert set(CAPABILITIES) == set(Role)
    assert all(CAPABILITIES.values())
    assert set().union(*CAPABILITIES.values()) == set(Capability)


def test_every_role_is_either_a_kind_of_post_or_spans_a_district() -> None:
    assert set(Role) == POST_KINDS | DISTRICT_ROLES
    assert not POST_KINDS & DISTRICT_ROLES
    assert REFERRING_KINDS < DOCTORS < POST_KINDS


@pytest.mark.parametrize(("one", "other"), list(combinations([Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN], 2)))
def test_the_three_administrations_share_no_capability(one: Role, other: Role) -> None:
    assert not CAPABILITIES[one] & CAPABILITIES[other]


@pytest.mark.parametrize("role", sorted(DISTRICT_ROLES | {Role.COORDINATOR, Role.MANAGER, Role.WINDOW_CLERK}))
def test_only_doctors_in_charge_see_the_residents_in_care(role: Role) -> None:
    assert not role_can(role, Capability.SEE_PATIENTS)


def test_referring_and_granting_are_never_in_one_hand() -> None:
    assert not [role for role in Role if role_can(role, Capability.BOOK) and role_can(role, Capability.GRANT_RIGHTS)]


def test_a_person_without_a_part_can_do_nothing() -> None:
    nobody = Acting(user=None)  # type: ignore[arg-type]

    assert not any(nobody.can(capability) for capability in Capability)
