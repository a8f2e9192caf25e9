"""Institutions give their word each quarter; what nobody vouches for rests by itself, once, and comes back by two hands (R049)."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinics import rights
from clinics.models import Attestation, Institution, PolicyRow, Post
from clinics.watch.attestation import attest, suspend_unattested
from clinics.watch.quarters import SHANGHAI, Quarter, day_in_beijing
from clinics.watch.reminders import remind_managers
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.right_states import RightStatus
from permissions.roles import Role
from tests.cast import a_right, a_user, acting_as, an_admin, sign_in
from tests.cast_clinics import a_centre, a_post, a_station
from vault.models import AuditEntry, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
NOW = timezone.now()
RUNNING = Quarter.of(day_in_beijing(NOW))
AFTER = RUNNING.following.begins + timedelta(hours=1)  # an hour into the next quarter


def at(day_before_end: int) -> datetime:
    """Noon so many days before the last day of the quarter."""
    day = RUNNING.last_day - timedelta(days=day_before_end)
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


def a_doctor(place: Institution, name: str = "周晓岚", **fields: object) -> Post:
    """Granted on the last day of the quarter before, so that this quarter is the first it is due for."""
    right = a_right(a_user(name), valid_from=RUNNING.begins - timedelta(days=1), valid_to=AFTER + timedelta(days=300), **fields)  # type: ignore[arg-type]
    return a_post(right.user, place, right=right)


def a_manager(place: Institution) -> Acting:
    post = a_post(a_user("赵德生"), place, Role.MANAGER)
    return acting_as(post.user, post)


def asked(when: datetime | None = None, state: str = "sent") -> None:
    """The institutions were asked two weeks before the end, or then, and the messages went out, or whatever became of them."""
    remind_managers(when or at(14))
    settled = None if state == "waiting" else NOW
    Message.objects.filter(state="waiting").update(state=state, settled_at=settled)


def state_of(post: Post) -> tuple[str, str]:
    right = ReferralRight.objects.get(pk=post.right_id)
    return right.status, right.reason_code


def test_after_the_deadline_what_nobody_attested_rests_and_twice_is_once() -> None:
    centre = a_centre()
    vouched, silent = a_doctor(centre), a_doctor(centre, "沈佳")
    attest({vouched.right.public_id: True}, by=a_manager(centre), now=NOW)
    asked()

    before, first, second = suspend_unattested(at(0)), suspend_unattested(AFTER), suspend_unattested(AFTER + timedelta(hours=1))

    assert (before, first, second) == (0, 1, 0)
    assert (state_of(vouched), state_of(silent)) == (("granted", ""), ("suspended", "unattested"))
    assert AuditEntry.objects.get(verb="right.suspend").object_id == silent.right.public_id
    assert [one.template for one in Message.objects.order_by("pk")] == ["attestation_due", "right_rests"]


def ask_too_late(centre: Institution) -> None:
    a_manager(centre)
    asked(at(3))


def ask_in_vain(centre: Institution) -> None:
    a_manager(centre)
    asked(state="failed")


def ask_and_wait(centre: Institution) -> None:
    a_manager(centre)
    asked(state="waiting")


def ask_twice(centre: Institution) -> None:
    ask_in_vain(centre)
    asked(at(3))


def ask_others(centre: Institution) -> None:
    other = a_centre("月坛")
    a_doctor(other, "马晓东")
    a_manager(other)
    asked()
    Message.objects.filter(about=centre.public_id).delete()


def ask_the_district(_centre: Institution) -> None:
    asked()
    assert {one.template for one in Message.objects.all()} == {"attestation_unmanaged"}


def ask_in_time(centre: Institution) -> None:
    a_manager(centre)
    asked()


# How an institution was asked for its word, and whether its doctor, whom nobody attested, rests after the deadline.
ASKINGS = {
    "never": (lambda _centre: None, False), "in the last days only": (ask_too_late, False), "in vain": (ask_in_vain, False),
    "not sent yet": (ask_and_wait, False), "another one": (ask_others, False), "in time": (ask_in_time, True),
    "the second time": (ask_twice, True), "the district, for want of a manager": (ask_the_district, True),
}  # fmt: skip


@pytest.mark.parametrize("how", ASKINGS)
def test_a_right_rests_only_when_its_institution_was_asked_in_time(how: str) -> None:
    centre = a_centre()
    post = a_doctor(a_station(centre))
    ask, rests = ASKINGS[how]
    ask(centre)

    suspend_unattested(AFTER)

    assert state_of(post)[0] == ("suspended" if rests else "granted")


def test_an_old_district_that_begins_to_watch_is_asked_for_the_next_quarter_first() -> None:
    centre = a_centre()
    post, _manager = a_doctor(centre), a_manager(centre)
    following = RUNNING.following

    at_once = suspend_unattested(AFTER)
    asked(following.following.begins - timedelta(days=14))
    after = suspend_unattested(following.following.begins + timedelta(hours=1))

    assert (at_once, after, state_of(post)) == (0, 1, ("suspended", "unattested"))


def test_a_right_the_district_granted_during_the_quarter_is_not_due() -> None:
    fresh = a_right(a_user("新来"), valid_from=RUNNING.begins + timedelta(minutes=1), valid_to=AFTER + timedelta(days=300))
    post = a_post(fresh.user, right=fresh)
    a_doctor(post.institution)
    a_manager(post.institution)
    asked()

    assert suspend_unattested(AFTER) == 1
    assert state_of(post)[0] == "granted"


def test_a_policy_row_gives_days_of_grace() -> None:
    centre = a_centre()
    post, _manager = a_doctor(centre), a_manager(centre)
    PolicyRow.objects.create(
        parameter="attestation_grace_days", district=post.institution.district, value=5, valid_from=RUNNING.first_day, source="测试",
        status="in_force",
    )  # fmt: skip
    asked(at(9))

    at_deadline, after = suspend_unattested(AFTER + timedelta(days=4)), suspend_unattested(AFTER + timedelta(days=5))

    assert (at_deadline, after) == (0, 1)
    assert state_of(post)[1] == "unattested"


def test_saying_that_she_is_gone_suspends_at_once_and_both_words_stay() -> None:
    centre = a_centre()
    post, manager = a_doctor(centre), a_manager(centre)

    gone = attest({post.right.public_id: False}, by=manager, now=NOW)
    again = attest({post.right.public_id: False}, by=manager, now=NOW)
    between = state_of(post)
    back = attest({post.right.public_id: True}, by=manager, now=NOW)

    assert ((gone.denied, again.unchanged, back.attested), between) == ((1, 1, 1), ("suspended", "unattested"))
    assert list(Attestation.objects.order_by("pk").values_list("holds", flat=True)) == [False, True]
    assert list(AuditEntry.objects.filter(verb__startswith="right.").order_by("pk").values_list("verb", flat=True)) == [
        "right.deny_attestation", "right.suspend", "right.attest",
    ]  # fmt: skip


def test_the_district_reinstates_only_after_the_institution_has_attested_again() -> None:
    centre = a_centre()
    post, admin, manager = a_doctor(centre), acting_as(an_admin()), a_manager(centre)
    asked()
    suspend_unattested(AFTER)
    right = ReferralRight.objects.get(pk=post.right_id)

    with pytest.raises(Refusal, match="not_attested"):
        rights.reinstate(right, by=admin)
    refused = state_of(post)
    attest({right.public_id: True}, by=manager, now=AFTER)
    rights.reinstate(right, by=admin)
    once_more = suspend_unattested(AFTER + timedelta(hours=2))

    assert refused == ("suspended", "unattested")
    assert (state_of(post), once_more) == (("granted", ""), 0)


def test_a_manager_speaks_for_her_centre_and_its_stations_only() -> None:
    centre = a_centre()
    at_station, elsewhere = a_doctor(a_station(centre)), a_doctor(a_centre("月坛"), "马晓东")
    manager = a_manager(centre)

    with pytest.raises(Refusal, match="not_found"):
        attest({at_station.right.public_id: True, elsewhere.right.public_id: False}, by=manager, now=NOW)
    nothing = Attestation.objects.count()
    counted = attest({at_station.right.public_id: True}, by=manager, now=NOW)

    assert (nothing, counted.attested, state_of(elsewhere)[0]) == (0, 1, "granted")


@pytest.mark.parametrize(("days", "sent"), [(15, 0), (14, 1), (10, 1), (3, 1), (0, 1)], ids=["15", "14", "10", "3", "0"])
def test_a_manager_is_reminded_once_in_each_stage(days: int, sent: int) -> None:
    centre = a_centre()
    a_doctor(centre)
    a_doctor(a_station(centre), "沈佳")
    manager = a_manager(centre)

    for _run in range(3):
        remind_managers(at(days))

    messages = list(Message.objects.filter(template="attestation_due"))
    assert len(messages) == sent
    for message in messages:
        assert '"count":"2"' in message.params and f"{RUNNING.last_day.month}月{RUNNING.last_day.day}日" in message.params
        assert message.phone == manager.user.phone


def test_two_stages_are_two_messages_and_nobody_is_reminded_when_all_is_said() -> None:
    centre = a_centre()
    post, manager = a_doctor(centre), a_manager(centre)
    remind_managers(at(14))
    remind_managers(at(3))
    two = Message.objects.count()

    attest({post.right.public_id: True}, by=manager, now=NOW)
    remind_managers(at(2))

    assert (two, Message.objects.count()) == (2, 2)
    assert len(set(Message.objects.values_list("version", flat=True))) == 2


def test_the_page_asks_once_more_before_it_suspends(client: Client) -> None:
    centre = a_centre()
    here, gone, manager = a_doctor(centre), a_doctor(centre, "沈佳"), a_manager(centre)
    sign_in(client, manager.user, manager.post)
    typed = {f"word.{here.right.public_id}": "holds", f"word.{gone.right.public_id}": "gone"}

    shown = client.get(reverse("attestation")).content.decode()
    asked = client.post(reverse("attestation"), typed)
    untouched = (state_of(here)[0], state_of(gone)[0], Attestation.objects.count())
    done = client.post(reverse("attestation"), typed | {"sure": "1"})

    assert "周晓岚" in shown and "沈佳" in shown
    assert 'class="modal open" id="sure"' in asked.content.decode()
    assert untouched == ("granted", "granted", 0)
    assert (done.status_code, state_of(here)[0], state_of(gone)) == (302, "granted", ("suspended", "unattested"))


def test_the_districts_page_says_who_is_behind(client: Client, django_assert_max_num_queries: object) -> None:
    done, behind = a_centre("德胜"), a_centre("月坛")
    attest({a_doctor(done).right.public_id: True}, by=a_manager(done), now=NOW)
    a_doctor(behind, "马晓东")
    sign_in(client, an_admin())

    with django_assert_max_num_queries(14):  # type: ignore[operator]
        text = client.get(reverse("attestation_progress")).content.decode()
    lines = client.get(reverse("rights"), {"word": "no"}).content.decode()

    assert text.index(behind.name) < text.index(done.name)
    assert "马晓东" in lines and "周晓岚" not in lines


def test_neither_page_calls_complete_what_nobody_was_asked_for(client: Client) -> None:
    centre = a_centre()
    fresh = a_right(a_user("新来"), valid_from=RUNNING.begins + timedelta(minutes=1), valid_to=AFTER + timedelta(days=300))
    post, manager, district = a_post(fresh.user, centre, right=fresh), a_manager(centre), Client()
    sign_in(client, manager.user, manager.post)
    sign_in(district, an_admin())

    sheets, progress = [client.get(reverse("attestation"))], [district.get(reverse("attestation_progress"))]
    attest({post.right.public_id: True}, by=manager, now=NOW)
    sheets.append(client.get(reverse("attestation")))
    progress.append(district.get(reverse("attestation_progress")))

    assert ["本季度已全部核对" in one.content.decode() for one in sheets] == [False, True]
    assert ["已完成" in one.content.decode() for one in progress] == [False, True]
    assert "无需核对" in progress[0].content.decode()


def test_the_sheet_costs_the_same_for_one_and_for_many(client: Client, django_assert_max_num_queries: object) -> None:
    centre = a_centre()
    for number in range(12):
        a_doctor(centre, f"医生{number}")
    manager = a_manager(centre)
    sign_in(client, manager.user, manager.post)

    with django_assert_max_num_queries(16):  # type: ignore[operator]
        assert client.get(reverse("attestation")).status_code == 200


@pytest.mark.parametrize(
    "typed", [{}, {"word.nonsense": "holds"}, {"word.00000000-0000-7000-8000-000000000000": "maybe"}], ids=["nothing", "nobody", "no word"]
)
def test_a_sheet_that_cannot_be_is_refused_and_says_so(client: Client, typed: dict[str, str]) -> None:
    centre = a_centre()
    post, manager = a_doctor(centre), a_manager(centre)
    sign_in(client, manager.user, manager.post)

    answer = client.post(reverse("attestation"), typed)

    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert (Attestation.objects.count(), state_of(post)[0], RightStatus.GRANTED.value) == (0, "granted", "granted")
