"""What the figure about the trail takes for a row of an act, and what it does not."""

from uuid import UUID

import pytest

from bench.acts.trace import Act, Trace, missing_from
from permissions.acting import Acting
from permissions.models import User
from permissions.roles import Role
from vault.models import AuditEntry

DOCTOR, OTHER = (UUID(int=number) for number in (1, 2))
SUSPENDED = Trace("right.suspend right", "leave", "note")


def a_row(**changed: object) -> AuditEntry:
    said = {"actor_kind": "user", "actor_id": DOCTOR, "post_id": None, "verb": "right.suspend", "kind": "right", "reason": "leave"}
    return AuditEntry(**(said | {"object_id": OTHER, "details": {"note": "请假"}} | changed))


def by_doctor() -> Acting:
    return Acting(User(public_id=DOCTOR), Role.DISTRICT_ADMIN, None, None)


def test_a_row_that_says_everything_is_the_acts() -> None:
    assert SUSPENDED.is_left_in([a_row(verb="log_in"), a_row()], by_doctor())


@pytest.mark.parametrize(
    "changed",
    [
        {"verb": "right.revoke"}, {"kind": "post"}, {"reason": ""}, {"details": {}}, {"details": {"note": ""}}, {"actor_id": OTHER},
        {"actor_kind": "patient"}, {"post_id": OTHER},
    ],
    ids=["another verb", "another kind", "no reason", "no evidence", "empty evidence", "another actor", "a resident", "another post"],
)  # fmt: skip
def test_a_row_that_says_less_is_missed(changed: dict[str, object]) -> None:
    act = Act("suspend", lambda: None, by_doctor(), (SUSPENDED,))

    assert missing_from([a_row(**changed)], act) == ["right.suspend right leave note"]


def test_the_platforms_row_names_nobody_and_a_persons_row_somebody() -> None:
    system, somebody = Trace("right.suspend right", "leave", by="system"), Trace("right.suspend right", "leave", by="user")

    assert system.is_left_in([a_row(actor_kind="system", actor_id=None)], None)
    assert somebody.is_left_in([a_row(actor_id=OTHER)], None)
    assert not system.is_left_in([a_row()], None)
    assert not somebody.is_left_in([a_row(actor_id=None)], None)


def test_a_row_that_was_not_written_by_the_product_is_told() -> None:
    act = Act("suspend", lambda: None, by_doctor(), (SUSPENDED,))

    assert missing_from([a_row(pk=7, digest=b"forged")], act) == ["row 7 is not genuine"]
