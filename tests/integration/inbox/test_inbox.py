"""What a person finds in her inbox: told once with the act, read under her own rights, opened, cleared, handed over."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from clinics import mirror
from clinics.models import Post
from permissions.right_states import RightReason
from permissions.roles import Capability, Role
from referral.booking.book import book
from referral.booking.cancel import cancel_by_resident
from referral.handover import leave
from referral.inbox import kinds, opened, passing, queries
from referral.inbox.tell import answering_for, tell
from referral.models import Booking, Notice
from referral.news import reading
from tests.cast import a_user, acting_as, sign_in
from tests.cast_referral import World, person, today, world
from tests.database import as_owner
from vault.actor import Actor, ActorKind
from vault.ids import uuid7
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def held() -> World:
    return world()


def booked(held: World, name: str = "陈秀兰") -> Booking:
    referral, place = held.referral(held.patient(name)), held.place()
    public_id = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=f"key-{uuid7()}", by=held.doctor)
    return Booking.objects.get(public_id=public_id)


def leave_notice(held: World, recipients: Any, kind: str = "booking_moved", **more: Any) -> None:
    with transaction.atomic():
        tell(recipients, kind, about=more.pop("about", uuid7()), **more)


def a_manager(held: World) -> Post:
    post = Post.objects.create(user=person("何静", held.district), institution=held.centre, kind=Role.MANAGER, valid_from=timezone.now())
    with transaction.atomic():
        mirror.mirror([post.user_id])
    return post


def browser(post: Post) -> Client:
    client = Client()
    sign_in(client, post.user, post)
    return client


def test_the_same_news_is_one_notice_to_each_however_often_it_is_told(held: World) -> None:
    about = uuid7()
    for _again in range(3):
        leave_notice(held, [held.zhou, held.zhou, held.shen.user, None], about=about)
    leave_notice(held, [held.zhou], about=about, version=2)

    found = Notice.objects.order_by("pk").values_list("user", "post", "version")
    assert sorted(found, key=str) == sorted(
        [(held.zhou.user_id, held.zhou.pk, 1), (held.shen.user_id, None, 1), (held.zhou.user_id, held.zhou.pk, 2)], key=str
    )


def test_telling_is_a_step_takes_codes_only_and_tells_nobody_of_her_own_act(held: World) -> None:
    with pytest.raises(TransactionManagementError):
        tell([held.zhou], "booking_moved", about=uuid7())
    with transaction.atomic(), pytest.raises(ValueError, match="must be codes"):
        tell([held.zhou], "booking_cancelled", about=uuid7(), params={"cause": "陈秀兰来不了"})
    with transaction.atomic(), pytest.raises(ValueError, match="takes"):
        tell([held.zhou], "booking_cancelled", about=uuid7())
    with transaction.atomic():
        tell([held.zhou, held.shen], "booking_moved", about=uuid7(), by=Actor(ActorKind.USER, held.zhou.user.public_id))

    assert list(Notice.objects.values_list("user", flat=True)) == [held.shen.user_id]


def test_what_a_post_that_ended_would_be_told_its_managers_are(held: World) -> None:
    manager = a_manager(held)
    with as_owner():
        Post.objects.filter(pk=held.zhou.pk).update(valid_to=timezone.now())
    held.zhou.refresh_from_db()

    leave_notice(held, answering_for(held.zhou, held.centre))
    leave_notice(held, answering_for(None, held.centre))

    assert set(Notice.objects.values_list("post", flat=True)) == {manager.pk}
    assert Notice.objects.count() == 2


def test_the_resident_cancels_and_the_doctor_reads_whose_booking_it_was_and_opens_the_case(held: World) -> None:
    booking = booked(held)
    cancel_by_resident(booking)
    page = browser(held.zhou)

    shown = page.get("/inbox/").content.decode()
    notice = Notice.objects.get()
    answer = page.post(reverse("notice", args=[notice.public_id]))

    assert "陈*兰" in shown
    assert "陈秀兰" not in shown
    assert "北大医院" in shown
    assert '消息<span class="n">1</span>' in shown
    assert answer["Location"] == reverse("referral", args=[booking.referral.public_id])
    assert Notice.objects.get().read_at is not None
    assert '消息<span class="n">' not in page.get("/inbox/").content.decode()


def test_an_object_the_reader_may_see_no_more_leaves_a_sentence_without_names_and_no_dead_link(held: World) -> None:
    elsewhere = held.hospital
    stranger = Post.objects.create(user=a_user("外人"), institution=elsewhere, kind=Role.WINDOW_CLERK, valid_from=timezone.now())
    booking = booked(held)
    with as_owner():
        Booking.objects.filter(pk=booking.pk).update(institution=held.other_hospital)
    leave_notice(held, [stranger], about=booking.public_id)
    leave_notice(held, [stranger], about=uuid7(), version=7)
    page = browser(stranger)

    shown = page.get("/inbox/").content.decode()
    answer = page.post(reverse("notice", args=[Notice.objects.latest("pk").public_id]), follow=True)

    assert shown.count("您已看不到相关内容。</button>") == 2
    assert "陈" not in shown
    assert answer.redirect_chain == [("/inbox/", 302)]
    assert answer.status_code == 200


def test_nobody_reads_or_marks_the_notices_of_another_person_or_of_her_other_post(held: World) -> None:
    leave_notice(held, [held.zhou])
    mine = Notice.objects.get()
    second = Post.objects.create(user=held.zhou.user, institution=held.hospital, kind=Role.RECEIVING_DOCTOR, valid_from=timezone.now())

    for post in (held.shen, second):
        page = browser(post)
        assert page.post(reverse("notice", args=[mine.public_id])).status_code == 404
        assert page.post(f"/api/v1/inbox/{mine.public_id}/read").status_code in (403, 404)
        assert opened.read_all(by=acting_as(post.user, post)) == 0
        assert queries.unread_count(acting_as(post.user, post)) == 0
    assert Notice.objects.get().read_at is None
    assert queries.unread_in_other_parts(acting_as(second.user, second)) == [("德胜", 1)]
    assert "德胜" in browser(second).get("/inbox/").content.decode()
    Post.objects.filter(pk=held.zhou.pk).update(valid_to=timezone.now())
    assert queries.unread_in_other_parts(acting_as(second.user, second)) == []  # nobody changes to a post that has ended


def test_the_list_filters_pages_and_marks_only_what_was_seen(held: World) -> None:
    for version in range(1, 33):
        leave_notice(held, [held.zhou], version=version)
    leave_notice(held, [held.zhou], "right_expired")
    page = browser(held.zhou)

    first, second = page.get("/inbox/").content.decode(), page.get("/inbox/?page=2").content.decode()
    only = page.get("/inbox/?group=rights&show=unread").content.decode()
    newest = Notice.objects.latest("pk")
    leave_notice(held, [held.zhou], version=99)
    page.post("/inbox/read-all/", {"group": "bookings", "until": str(newest.public_id)})

    assert (first.count('class="line"'), second.count('class="line"'), only.count('class="line"')) == (30, 3, 1)
    assert sorted(Notice.objects.unread().values_list("kind", "version")) == [("booking_moved", 99), ("right_expired", 1)]
    assert "没有" in page.get("/inbox/?group=returns").content.decode()


def test_by_program_the_same_list_is_counted_read_and_refused_to_a_key(held: World) -> None:
    leave_notice(held, [held.zhou])
    leave_notice(held, [held.zhou], "right_expired")
    page = browser(held.zhou)

    listed = page.get("/api/v1/inbox?unread=1").json()
    read = page.post(f"/api/v1/inbox/{listed['results'][0]['id']}/read")
    again = page.post(f"/api/v1/inbox/{listed['results'][0]['id']}/read")
    rest = page.post("/api/v1/inbox/read-all", {"group": "bookings"}, content_type="application/json")

    assert [entry["kind"] for entry in listed["results"]] == ["right_expired", "booking_moved"]
    assert listed["unread"] == 2
    assert (read.status_code, read.json()["read"], again.json()) == (200, True, read.json())
    assert rest.json() == {"read": 1}
    assert page.get("/api/v1/inbox").json()["unread"] == 0
    with pytest.raises(Refusal, match="not_allowed"):
        queries.inbox_of(replace(held.doctor, scopes=frozenset(Capability)))


def test_the_inbox_and_its_count_cost_the_same_for_one_and_for_many(held: World, django_assert_max_num_queries: Any) -> None:
    booking = booked(held)
    page = browser(held.zhou)
    page.get("/inbox/")
    for version in range(25):
        leave_notice(held, [held.zhou], about=booking.public_id, version=version)

    with django_assert_max_num_queries(18):
        assert page.get("/inbox/").content.decode().count('class="line"') == 25
    with django_assert_max_num_queries(1) as asked:
        assert queries.unread_count(held.doctor) == 25
    assert "LIMIT 100" in asked[0]["sql"]


def test_read_ones_go_after_their_days_and_unread_ones_stay(held: World, settings: Any) -> None:
    settings.NOTICES_KEPT_DAYS = 10
    for version in (1, 2, 3):
        leave_notice(held, [held.zhou], version=version)
    now = timezone.now()
    Notice.objects.filter(version=1).update(read_at=now - timedelta(days=11))
    Notice.objects.filter(version=2).update(read_at=now - timedelta(days=9))

    assert opened.forget_old(now) == 1
    assert sorted(Notice.objects.values_list("version", flat=True)) == [2, 3]


def test_what_a_leaving_doctor_has_not_read_her_successor_reads(held: World) -> None:
    manager = a_manager(held)
    booking = booked(held)
    leave_notice(held, [held.zhou], about=booking.public_id)
    leave_notice(held, [held.zhou], about=booking.public_id, version=2)
    opened.read(Notice.objects.earliest("pk").public_id, by=held.doctor)
    by = acting_as(manager.user, manager)

    plan = leave.Plan(successor=held.shen.public_id, contracts=held.shen.public_id)
    leave.leave(held.zhou, plan, reason=RightReason.LEFT, by=by, today=today())

    heirs = queries.inbox_of(held.colleague)
    assert {(one.kind, one.version) for one in heirs} >= {("booking_moved", 2), ("work_handed_over", booking.referral.version)}
    assert Notice.objects.filter(post=held.zhou).count() == 1  # the one she had read


def test_without_a_successor_the_managers_inherit_and_nothing_read_comes_back(held: World) -> None:
    manager, about = a_manager(held), uuid7()
    leave_notice(held, [held.zhou], about=about)
    with transaction.atomic():
        passing.hand_over(held.zhou, {about}, None)

    assert list(Notice.objects.values_list("post", flat=True)) == [manager.pk]


def test_every_kind_has_a_sentence_in_both_languages_and_an_object_that_can_be_read(held: World) -> None:
    assert len(kinds.BY_KEY) == len(kinds.KINDS)
    codes = {"cause": "by_resident", "why": "no_word", "reason": "left", "choice": "accept", "day": "2026-12-07"}
    for kind in kinds.KINDS:
        assert kind.about in reading.LOADERS, kind.key
        params = {name: codes[name] for name in kind.params}
        notice = Notice(kind=kind.key, about=uuid7(), params=params, user=held.zhou.user)
        for language in ("zh-hans", "en"):
            with translation.override(language):
                said = reading._sentence(kind, notice, reading.Shown())
                assert "%" not in said
                assert (language == "en") == said.isascii() or "—" in said, (kind.key, said)
