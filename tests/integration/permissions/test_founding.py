"""From an empty database to two administrators: entered once, each confirmed by the other, and nobody acts before that."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from permissions import founding
from permissions.acting import Acting
from permissions.founding import Founder, confirm_other, found
from permissions.models import District, Founding, RoleAssignment, User
from permissions.recognition import recognise
from permissions.roles import Role
from tests import cast
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
LI, ZHAO = Founder("李敏", "13800000001"), Founder("赵建国", "13800000002")
WORDS = {
    "code": "110102", "district": "西城区", "first_name": "李敏", "first_phone": "138 0000 0001", "second_name": "赵建国",
    "second_phone": "13800000002",
}  # fmt: skip


def told(**words: str) -> str:
    out = StringIO()
    call_command("first_admin", stdout=out, **(WORDS | words))
    return out.getvalue()


def pair() -> tuple[User, User]:
    found("110102", "西城区", LI, ZHAO)
    return User.objects.get(name="李敏"), User.objects.get(name="赵建国")


def test_the_command_founds_a_district_once_and_says_so_again() -> None:
    first, again = told(), told()

    assert "138****0001" in first and "These two are entered." in first
    assert "nothing has changed" in again
    assert (District.objects.count(), User.objects.count(), RoleAssignment.objects.count()) == (1, 2, 2)
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["enrol", "enter_role", "enrol", "enter_role", "found"]


@pytest.mark.parametrize(
    "words",
    [{"first_phone": "13800000003"}, {"second_name": "别人"}, {"code": "110105"}, {"district": "别处"}],
    ids=["phone", "name", "code", "place"],
)
def test_a_second_founding_is_refused(words: dict[str, str]) -> None:
    told()

    with pytest.raises(CommandError, match="first administrators already"):
        told(**words)

    assert (District.objects.count(), User.objects.count(), Founding.objects.count()) == (1, 2, 1)


def test_a_database_with_accounts_is_not_founded() -> None:
    cast.a_user()

    with pytest.raises(CommandError, match="holds accounts already"):
        told()

    assert (User.objects.count(), Founding.objects.count()) == (1, 0)


def test_every_bad_word_is_told_at_once_beside_its_option() -> None:
    with pytest.raises(CommandError) as refused:
        told(code="11010", district=" ", first_name="7", first_phone="010-12345678", second_name="", second_phone="1380000000")

    said = str(refused.value).splitlines()
    options = ["--code", "--district", "--first-name", "--first-phone", "--second-name", "--second-phone"]
    assert [line.split(":")[0] for line in said] == options
    assert not User.objects.exists()


def test_two_administrators_with_one_phone_are_one_person() -> None:
    with pytest.raises(CommandError, match="--second-phone"):
        told(second_phone="+86 13800000001")


def test_neither_can_do_anything_before_both_confirmed_each_other() -> None:
    li, zhao = pair()
    keys = {user: cast.a_session(user)[1] for user in (li, zhao)}

    def roles() -> list[Role | None]:
        return [recognised.acting.role for key in keys.values() if (recognised := recognise(key))]

    before = roles()
    one_said = confirm_other(by=Acting(li))
    between = roles()
    both_said = confirm_other(by=Acting(zhao))

    assert before == between == [None, None]
    assert (one_said, both_said) == (False, True)
    assert roles() == [Role.DISTRICT_ADMIN, Role.DISTRICT_ADMIN]
    confirmers = dict(RoleAssignment.objects.values_list("user__name", "confirmed_by__name"))
    assert confirmers == {"李敏": "赵建国", "赵建国": "李敏"}
    assert list(AuditEntry.objects.filter(verb="vouch").order_by("pk").values_list("actor_id", "object_id")) == [
        (li.public_id, zhao.public_id),
        (zhao.public_id, li.public_id),
    ]


def test_saying_it_twice_is_once_and_nobody_else_has_a_say() -> None:
    li, _zhao = pair()
    stranger = cast.a_user("路人")

    confirm_other(by=Acting(li))
    confirm_other(by=Acting(li))
    with pytest.raises(Refusal) as refused:
        confirm_other(by=Acting(stranger))

    assert refused.value.code == "not_found"
    assert AuditEntry.objects.filter(verb="vouch").count() == 1
    assert not RoleAssignment.objects.live().exists()


def test_the_database_itself_lets_nobody_confirm_herself_and_found_twice() -> None:
    li, _zhao = pair()
    mine = RoleAssignment.objects.filter(user=li)

    with pytest.raises(IntegrityError, match="not_confirmed_by_its_holder"), transaction.atomic():
        mine.update(confirmed_by=li, confirmed_at="2026-11-22T00:00Z")
    with pytest.raises(IntegrityError), transaction.atomic():
        Founding.objects.create(district=cast.a_district("110105", "朝阳区"), first=mine.get(), second=mine.get())


def test_the_two_find_each_other_by_page_and_begin_with_their_duties(client: Client) -> None:
    li, zhao = pair()
    browsers = {user: Client() for user in (li, zhao)}
    for user, browser in browsers.items():
        cast.sign_in(browser, user)

    led = browsers[li].get("/")
    page = browsers[li].get("/founding/").content.decode()
    refused = [browsers[li].get(address).status_code for address in ("/administrators/", "/district/", "/accounts/", "/trail/")]
    browsers[li].post("/founding/")
    waiting = browsers[li].get("/founding/").content.decode()
    browsers[zhao].post("/founding/")
    after = browsers[li].get("/administrators/")

    assert led["Location"] == "/founding/"
    assert "赵建国" in page and "138****0002" in page and "李敏" in page
    assert refused == [403, 403, 403, 403]
    assert '<button class="btn primary">' not in waiting
    assert (after.status_code, after["Location"]) == (302, "/duties/?next=%2Fadministrators%2F")
    browsers[li].post("/duties/", {"version": "1", "accept": "1"})
    assert browsers[li].get("/administrators/").status_code == 200
    assert browsers[li].get("/founding/").status_code == 404


def test_a_program_confirms_too() -> None:
    li, zhao = pair()
    answers = [Client().post("/api/v1/founding/confirm", headers=cast.bearer(user)).json() for user in (li, zhao)]

    assert answers == [{"complete": False}, {"complete": True}]
    assert Client().post("/api/v1/founding/confirm", headers=cast.bearer(cast.a_user())).status_code == 404
    assert founding.waiting_for(li) is None
