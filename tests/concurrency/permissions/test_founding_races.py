"""Founding and appointing with real threads: one founding, one confirmation, one holder of three offices, two at the top."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from permissions import administrators
from permissions.acting import Acting
from permissions.administrators import NewOffice
from permissions.founding import Founder, confirm_other, found
from permissions.models import Founding, RoleAssignment, User
from permissions.roles import OFFICES_APART, Role
from tests import cast
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
LI, ZHAO, WANG = Founder("李敏", "13800000001"), Founder("赵建国", "13800000002"), Founder("王芳", "13800000003")
Run = Callable[..., list[Any]]


@pytest.fixture
def at_once() -> Run:
    """Every call in a thread of its own, begun together; answers what each said, or the code of its refusal."""

    def one(barrier: Barrier, call: Callable[[], Any]) -> Any:
        barrier.wait(30)
        try:
            return call()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    def run(*calls: Callable[[], Any]) -> list[Any]:
        barrier = Barrier(len(calls))
        with ThreadPoolExecutor(len(calls)) as threads:
            return list(threads.map(lambda call: one(barrier, call), calls))

    return run


def test_of_many_foundings_at_once_with_the_same_words_one_is_new(at_once: Run) -> None:
    answers = at_once(*[lambda: found("110102", "西城区", LI, ZHAO)[1]] * 8)

    assert sorted(answers) == [False] * 7 + [True]
    assert (Founding.objects.count(), User.objects.count(), RoleAssignment.objects.count()) == (1, 2, 2)


def test_of_two_foundings_with_other_people_one_is_refused(at_once: Run) -> None:
    answers = at_once(lambda: found("110102", "西城区", LI, ZHAO)[1], lambda: found("110102", "西城区", LI, WANG)[1])

    assert sorted(map(str, answers)) == ["True", "already_exists"]
    assert User.objects.count() == 2


def test_two_words_at_the_same_moment_complete_the_founding_once(at_once: Run) -> None:
    found("110102", "西城区", LI, ZHAO)
    li, zhao = User.objects.order_by("pk")

    answers = at_once(lambda: confirm_other(by=Acting(li)), lambda: confirm_other(by=Acting(zhao)))

    assert sorted(answers) == [False, True]
    assert RoleAssignment.objects.live().count() == 2
    assert AuditEntry.objects.filter(verb="confirm_role").count() == 2


@pytest.fixture
def three() -> list[Acting]:
    """Three district administrators."""
    return [cast.acting_as(cast.an_admin(name)) for name in ("李敏", "赵建国", "王芳")]


def test_of_many_confirmations_and_a_withdrawal_one_counts(three: list[Acting], at_once: Run) -> None:
    li, zhao, wang = three
    office = administrators.appoint(NewOffice("顾正清", "13800000009", Role.AUDIT_ADMIN), by=li)

    def confirm(by: Acting) -> Callable[[], str]:
        return lambda: administrators.confirm(office.public_id, by=by) and "confirmed"

    def withdraw() -> str:
        administrators.withdraw(office.public_id, by=li)
        return "withdrawn"

    answers = at_once(*[confirm(zhao), confirm(wang)] * 3, withdraw)

    assert answers.count("stale_state") == 6
    verbs = AuditEntry.objects.filter(verb__in=["confirm_role", "withdraw_role"]).count()
    office.refresh_from_db()
    assert verbs == 1
    assert (office.confirmed_at is None) == (office.valid_to is not None)


def test_of_three_offices_entered_for_one_person_at_once_one_is(three: list[Acting], at_once: Run) -> None:
    person = cast.a_user("邱志文")

    def enter(role: Role, by: Acting) -> Callable[[], str]:
        return lambda: administrators.appoint(NewOffice("邱志文", person.phone, role), by=by) and "entered"

    answers = at_once(*[enter(role, by) for role in sorted(OFFICES_APART) for by in three[:2]])

    assert answers.count("entered") == 1
    assert set(answers) <= {"entered", "offices_apart", "already_exists"}
    assert person.roles.count() == 1


def test_two_who_end_each_other_leave_two_district_administrators(three: list[Acting], at_once: Run) -> None:
    li, zhao, _wang = three
    offices = {one.user.pk: one.user.roles.get().public_id for one in three}

    def end(whom: Acting, by: Acting) -> Callable[[], str]:
        return lambda: administrators.end(offices[whom.user.pk], "退休", by=by) or "ended"

    answers = at_once(end(zhao, li), end(li, zhao))

    assert sorted(answers) == ["ended", "last_two"]
    assert RoleAssignment.objects.live().filter(role=Role.DISTRICT_ADMIN).count() == 2
