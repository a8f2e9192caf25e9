"""Offices of the district: entered by one, confirmed by another, three of them in three hands, and never fewer than two at the top."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from permissions import administrators
from permissions.acting import Acting
from permissions.administrators import NewOffice
from permissions.models import RoleAssignment, User
from permissions.recognition import recognise
from permissions.roles import DISTRICT_ROLES, OFFICES_APART, Role
from tests import cast
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
OFFICES = sorted(DISTRICT_ROLES)


@pytest.fixture
def two() -> tuple[Acting, Acting]:
    """李敏 and 赵建国, the district administrators."""
    return cast.acting_as(cast.an_admin("李敏")), cast.acting_as(cast.an_admin("赵建国"))


def entered(by: Acting, role: Role = Role.AUDIT_ADMIN, name: str = "顾正清", phone: str = "") -> RoleAssignment:
    return administrators.appoint(NewOffice(name, phone or cast.a_phone(), role), by=by)


def code_of(call: object, *args: object, **named: object) -> str:
    with pytest.raises(Refusal) as refused:
        call(*args, **named)  # type: ignore[operator]
    return refused.value.code


@pytest.mark.parametrize("role", OFFICES)
def test_an_office_counts_once_a_second_person_confirms_it(two: tuple[Acting, Acting], role: Role) -> None:
    office = entered(two[0], role)
    _, key = cast.a_session(office.user)

    before = recognise(key)
    administrators.confirm(office.public_id, by=two[1])
    after = recognise(key)

    assert before is not None and before.acting.role is None
    assert after is not None and after.acting.role == role and after.changed
    office.refresh_from_db()
    assert (office.entered_by, office.confirmed_by) == (two[0].user, two[1].user)
    verbs = AuditEntry.objects.filter(object_id=office.user.public_id).order_by("pk").values_list("verb", "actor_id")
    assert list(verbs) == [
        ("enrol", two[0].user.public_id), ("enter_role", two[0].user.public_id), ("confirm_role", two[1].user.public_id),
    ]  # fmt: skip


def test_neither_who_entered_it_nor_who_gets_it_confirms(two: tuple[Acting, Acting]) -> None:
    office = entered(two[0], Role.PLATFORM_OPERATOR, "赵建国", two[1].user.phone)  # 赵建国 herself gets a second office
    elsewhere = cast.acting_as(cast.an_admin("外区", district=cast.a_district("110105", "朝阳区")))
    clerk = cast.acting_as(cast.a_user("何静"), role=Role.WINDOW_CLERK)

    codes = [code_of(administrators.confirm, office.public_id, by=by) for by in (two[0], two[1], elsewhere, clerk)]

    assert codes == ["not_allowed", "not_allowed", "not_found", "not_allowed"]
    office.refresh_from_db()
    assert office.confirmed_at is None
    assert not AuditEntry.objects.filter(verb="confirm_role").exists()


def test_the_database_itself_wants_a_second_person(two: tuple[Acting, Acting]) -> None:
    office = RoleAssignment.objects.filter(pk=entered(two[0]).pk)
    moment = "2026-11-22T00:00Z"

    for by in (None, two[0].user, office.get().user):
        with pytest.raises(IntegrityError, match="role_assignment_is"), transaction.atomic():
            office.update(confirmed_by=by, confirmed_at=moment)


def test_a_decision_is_taken_once(two: tuple[Acting, Acting]) -> None:
    confirmed, withdrawn = entered(two[0]), entered(two[0], Role.PLATFORM_OPERATOR, "江一帆")
    administrators.confirm(confirmed.public_id, by=two[1])
    administrators.withdraw(withdrawn.public_id, by=two[0])

    codes = [
        code_of(administrators.confirm, confirmed.public_id, by=two[1]),
        code_of(administrators.withdraw, confirmed.public_id, by=two[1]),
        code_of(administrators.confirm, withdrawn.public_id, by=two[1]),
        code_of(administrators.withdraw, withdrawn.public_id, by=two[1]),
        code_of(administrators.end, withdrawn.public_id, "离职", by=two[1]),
    ]

    assert codes == ["stale_state"] * 5


def test_system_security_and_audit_stay_in_three_hands(two: tuple[Acting, Acting]) -> None:
    for held in sorted(OFFICES_APART):
        person = entered(two[0], held, "邱志文")  # waiting is holding: two entries at once would meet when both are confirmed
        for wanted in sorted(OFFICES_APART - {held}):
            assert code_of(entered, two[1], wanted, "邱志文", person.user.phone) == "offices_apart"
            with pytest.raises(IntegrityError, match="three_offices_apart"), transaction.atomic():
                RoleAssignment.objects.create(user=person.user, role=wanted, district=person.district)
        assert person.user.roles.count() == 1
        administrators.withdraw(person.public_id, by=two[0])

    assert RoleAssignment.objects.filter(role__in=OFFICES_APART, valid_to=None).count() == 0


def test_after_the_one_has_ended_another_of_the_three_may_begin(two: tuple[Acting, Acting]) -> None:
    audit = entered(two[0], Role.AUDIT_ADMIN, "顾正清")
    administrators.confirm(audit.public_id, by=two[1])
    administrators.end(audit.public_id, "换岗", by=two[0])

    security = entered(two[0], Role.SECURITY_ADMIN, "顾正清", audit.user.phone)
    administrators.confirm(security.public_id, by=two[1])

    assert list(audit.user.roles.live().values_list("role", flat=True)) == [Role.SECURITY_ADMIN]


def test_a_person_gets_an_office_once_and_a_phone_stays_one_account(two: tuple[Acting, Acting]) -> None:
    office = entered(two[0])
    abroad = cast.a_user("外区", district=cast.a_district("110105", "朝阳区"))
    before = User.objects.count()

    codes = [
        code_of(entered, two[0], Role.AUDIT_ADMIN, "顾正清", office.user.phone),
        code_of(entered, two[0], Role.PLATFORM_OPERATOR, "别人", office.user.phone),
        code_of(entered, two[0], Role.PLATFORM_OPERATOR, "外区", abroad.phone),
        code_of(administrators.appoint, NewOffice("7", "12", Role.FAMILY_DOCTOR), by=two[0]),
    ]

    assert codes == ["already_exists", "invalid_input", "already_exists", "invalid_input"]
    assert (User.objects.count(), RoleAssignment.objects.count()) == (before, 3)


def test_a_district_keeps_two_district_administrators(two: tuple[Acting, Acting]) -> None:
    first = two[0].user.roles.get()
    third = entered(two[0], Role.DISTRICT_ADMIN, "王芳")

    waiting_does_not_count = code_of(administrators.end, first.public_id, "退休", by=two[1])
    administrators.confirm(third.public_id, by=two[1])
    administrators.end(first.public_id, "退休", by=two[1])
    again = code_of(administrators.end, third.public_id, "退休", by=two[1])

    assert waiting_does_not_count == again == "last_two"
    row = AuditEntry.objects.get(verb="end_role")
    assert (row.object_id, row.reason) == (two[0].user.public_id, "退休")


def test_an_office_ends_with_a_reason_only(two: tuple[Acting, Acting]) -> None:
    office = entered(two[0])
    administrators.confirm(office.public_id, by=two[1])

    assert code_of(administrators.end, office.public_id, " ", by=two[0]) == "invalid_input"
    assert office.user.roles.live().count() == 1


def browser_of(by: Acting) -> Client:
    client = Client()
    cast.sign_in(client, by.user)
    return client


def test_two_administrators_appoint_and_end_by_page(two: tuple[Acting, Acting], django_assert_max_num_queries: object) -> None:
    li, zhao = browser_of(two[0]), browser_of(two[1])
    form = {"name": "顾正清", "phone": "138 0000 0009", "role": "audit_admin"}

    bad = li.post("/administrators/", {"name": "7", "phone": "12", "role": "doctor"})
    good = li.post("/administrators/", form)
    office = RoleAssignment.objects.get(role=Role.AUDIT_ADMIN)
    own = li.get("/administrators/").content.decode()
    others = zhao.get("/administrators/").content.decode()
    confirmed = zhao.post(f"/administrators/{office.public_id}/", {"act": "confirm"})
    asked = zhao.get(f"/administrators/{office.public_id}/").content.decode()
    without_reason = zhao.post(f"/administrators/{office.public_id}/", {"act": "end", "reason": ""})
    ended = zhao.post(f"/administrators/{office.public_id}/", {"act": "end", "reason": "换岗"})

    assert (bad.status_code, bad.content.decode().count('aria-invalid="true"')) == (422, 3)
    assert good.status_code == confirmed.status_code == ended.status_code == 302
    assert 'value="confirm"' not in own
    assert 'value="confirm"' in others
    assert 'id="f-reason"' in asked
    assert without_reason.status_code == 422
    assert not office.user.roles.live().exists()
    assert browser_of(two[0]).get("/administrators/?standing=over").content.decode().count("顾正清") == 1


def test_the_list_of_offices_asks_the_same_number_of_questions_however_long_it_is(
    two: tuple[Acting, Acting], django_assert_max_num_queries: object
) -> None:
    client = browser_of(two[0])

    def queries() -> int:
        with django_assert_max_num_queries(40) as asked:  # type: ignore[operator]
            assert client.get("/administrators/").status_code == 200
        return len(asked)

    few = queries()
    for number in range(12):
        entered(two[1], Role.PLATFORM_OPERATOR, f"员{'一二三四五六七八九十百千'[number]}")

    assert queries() == few


def test_programs_do_the_same(two: tuple[Acting, Acting]) -> None:
    li, zhao = cast.bearer(two[0].user), cast.bearer(two[1].user)

    def post(path: str, body: object, who: dict[str, str]) -> tuple[int, dict[str, object]]:
        answer = Client().post(f"/api/v1/administrators{path}", body, "application/json", headers=who)
        return answer.status_code, answer.json()

    made, office = post("", {"name": "邱志文", "phone": "13800000009", "role": "system_admin"}, li)
    own, refused = post(f"/{office['id']}/confirm", None, li)
    done, confirmed = post(f"/{office['id']}/confirm", None, zhao)
    apart, why = post("", {"name": "邱志文", "phone": "13800000009", "role": "audit_admin"}, li)
    over, ended = post(f"/{office['id']}/end", {"reason": "换岗"}, li)
    listed = Client().get("/api/v1/administrators?standing=over", headers=li).json()["results"]

    assert (made, office["standing"], own, refused["code"]) == (201, "waiting", 403, "not_allowed")
    assert (done, confirmed["standing"], confirmed["confirmed_by"]) == (200, "in_force", "赵建国")
    assert (apart, why["code"]) == (422, "offices_apart")
    assert (over, ended["standing"]) == (200, "over")
    assert [one["id"] for one in listed] == [office["id"]]
