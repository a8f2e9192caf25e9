"""The life of a right, every cell: who may take it from where to where, and when it is in force."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from permissions.right_states import RIGHT_STATES, RightReason, RightStatus, right_is_in_force
from permissions.roles import Role

# DESIGN.md 5, written out once more: source → target: who.
LAWFUL = {
    ("", "nominated"): {"manager", "district_admin"},
    ("nominated", "verified"): {"district_admin"},
    ("nominated", "sent_back"): {"district_admin"},
    ("sent_back", "nominated"): {"manager"},
    ("verified", "granted"): {"district_admin"},
    ("granted", "suspended"): {"district_admin", "system"},
    ("suspended", "granted"): {"district_admin"},
    ("granted", "revoked"): {"district_admin"},
    ("suspended", "revoked"): {"district_admin"},
    ("granted", "expired"): {"system"},
    ("suspended", "expired"): {"system"},
    **{
        (source, "ended"): {"manager", "district_admin", "system"}
        for source in ("nominated", "verified", "sent_back", "granted", "suspended")
    },
}
EVERYBODY = [role.value for role in Role] + ["system", "patient", "anonymous"]
SOURCES = ["", *RightStatus.values]


@pytest.mark.parametrize(("source", "target"), list(product(SOURCES, RightStatus.values)))
def test_every_step_is_open_to_exactly_those_the_design_names(source: str, target: str) -> None:
    open_to = {who for who in EVERYBODY if any(step.target == target for step in RIGHT_STATES.open_to(source, [who]))}

    assert open_to == LAWFUL.get((source, target), set())


def test_the_table_knows_every_status_and_no_other() -> None:
    assert RIGHT_STATES.states == set(RightStatus.values)
    assert RIGHT_STATES.final == {"revoked", "expired", "ended"}


def test_every_status_and_every_reason_has_a_word() -> None:
    assert all(str(status.label) for status in RightStatus)
    assert all(str(reason.label) for reason in RightReason)


NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("status", RightStatus.values)
def test_only_a_granted_right_is_in_force(status: str) -> None:
    assert right_is_in_force(status, NOON - HOUR, NOON + HOUR, NOON) is (status == "granted")


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "in_force"),
    [
        (NOON, NOON + HOUR, True),
        (NOON + timedelta(microseconds=1), NOON + HOUR, False),
        (NOON - HOUR, NOON + timedelta(microseconds=1), True),
        (NOON - HOUR, NOON, False),
        (None, NOON + HOUR, False),
        (NOON - HOUR, None, False),
    ],
)
def test_a_right_counts_from_its_first_moment_to_just_before_its_last(
    valid_from: datetime | None, valid_to: datetime | None, in_force: bool
) -> None:
    assert right_is_in_force("granted", valid_from, valid_to, NOON) is in_force
