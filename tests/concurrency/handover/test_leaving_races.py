"""Leaving races with everything its post could do at the same moment: nothing commits afterwards, nothing is left behind."""

from collections import Counter
from collections.abc import Callable
from threading import Event as Flag
from threading import Thread
from time import sleep
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection

from clinics.models import Post
from clinics.rights import enter
from permissions.acting import Acting
from permissions.models import ReferralRight
from referral.booking.book import book
from referral.cases.models import ReferralSerial
from referral.cases.write import Record, write_referral
from referral.handover import leave as leaving_module
from referral.handover.items import Kind
from referral.handover.leave import Plan, leave
from referral.handover.name import name_owner
from referral.returns.answer import accept
from referral.returns.models import Return
from tests.cast import XICHENG, acting_as
from tests.cast_handover import Leaving, held_by_nobody_living, leaving, owners
from tests.cast_referral import referring_post, today
from tests.database import as_owner
from tests.racing import deadlocks, race

pytestmark = pytest.mark.django_db(transaction=True)
RECORD = Record(reason="血压控制不佳", impression="高血压病3级", present_history="三药联合四周未达标")


@pytest.fixture
def cast(transactional_db: None) -> Leaving:
    ReferralSerial.objects.create(district_code=XICHENG, day=today(), last=5000)  # the cast numbers its own referrals from 1
    return leaving()


def fresh_doctor(cast: Leaving) -> Acting:
    """Another doctor of the team, with a right of her own."""
    post = referring_post("林静", cast.world.centre, cast.world.admin, cast.shen.right.target_grants.get().alliance)
    cast.world.team.doctors.add(post.user)
    return acting_as(post.user, post)


def gone(cast: Leaving, post: Post, to: Post) -> Callable[[], Any]:
    return lambda: "left" if leave(post, Plan(to.public_id), reason="left", by=cast.manager, today=today()) is not None else ""


def booking(cast: Leaving, by: Acting, ahead: int) -> Callable[[], Any]:
    draft, place = cast.world.referral(post=by.post), cast.world.place(ahead)
    wanted = {"referral": draft.public_id, "pool_slot": place.public_id, "version": 1, "key": str(uuid4()), "by": by}
    return lambda: "booked" if book(**wanted) else ""


def writing(cast: Leaving, by: Acting) -> Callable[[], Any]:
    visit = cast.world.encounter(cast.world.patient(), post=by.post)
    return lambda: write_referral(visit.public_id, RECORD, truth_accepted=True, by=by).status


def taking_over(cast: Leaving, by: Acting) -> Callable[[], Any]:
    sent = cast.sent_back("sent")
    Return.objects.filter(pk=sent.pk).update(owner=None)
    return lambda: accept(sent.public_id, first_follow_up_on=today(), expected_version=1, by=by).status


def test_nothing_of_a_post_commits_after_its_end_and_nothing_open_is_left_with_it(cast: Leaving) -> None:
    before, told = deadlocks(), Counter[str]()
    for _round in range(8):
        by = fresh_doctor(cast)
        acts = [booking(cast, by, 2), booking(cast, by, 3), writing(cast, by), taking_over(cast, by)]

        answers = race([*acts, gone(cast, by.post, cast.shen)])

        assert answers[-1] == "left", answers
        assert set(answers[:2]) <= {"booked", "right_not_in_force", "stale_state"}, answers
        assert answers[2] in ("draft", "not_allowed", "right_not_in_force"), answers
        assert answers[3] in ("accepted", "not_allowed"), answers
        told.update(map(str, answers))
        assert held_by_nobody_living() == []
        assert committed_after_the_end(by) == 0
    assert deadlocks() == before
    assert told["left"] == 8


def committed_after_the_end(by: Acting) -> int:
    """Bookings, referrals and take-overs made under the post whose event is younger than the end of its right."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM vault_event made"
            " JOIN permissions_referralright r ON r.id = %s"
            " JOIN vault_event gone ON gone.object_id = r.public_id AND gone.target = 'ended'"
            " WHERE made.post_id = %s AND made.at > gone.at",
            [by.post.right_id, by.post.public_id],
        )
        return int(cursor.fetchone()[0])


def naming(cast: Leaving, by: Acting) -> Callable[[], Any]:
    waiting = cast.world.referral(owner=None)
    return lambda: name_owner({Kind.REFERRAL: [waiting.public_id]}, by.post.public_id, by=cast.manager)


def granting(cast: Leaving, by: Acting) -> Callable[[], Any]:
    return lambda: enter(by.post, targets=[cast.world.hospital], last_day=today(), by=cast.world.district_admin).status


ACTS = {
    "book": (lambda cast, by: booking(cast, by, 2), "right_not_in_force"),
    "write": (writing, "not_allowed"),
    "take over": (taking_over, "not_allowed"),
    "be named": (naming, "not_allowed"),
    "be given a new right": (granting, "invalid_input"),
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_that_waits_for_the_end_of_its_post_is_refused(cast: Leaving, monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    """The post is held but not yet ended when the act begins to wait; it must look again, by a later clock, once it may go on."""
    by, (prepared, code), held, ending = fresh_doctor(cast), ACTS[act], Flag(), leaving_module.end_post
    waiting = prepared(cast, by)

    def dawdles(*args: Any, **kwargs: Any) -> None:
        held.set()
        sleep(0.5)
        ending(*args, **kwargs)

    def follows() -> Any:
        assert held.wait(10)
        return waiting()

    monkeypatch.setattr(leaving_module, "end_post", dawdles)
    answers = race([gone(cast, by.post, cast.shen), follows])

    assert answers == ["left", code]
    assert held_by_nobody_living() == []


def test_two_doctors_who_name_each_other_never_both_go(cast: Leaving) -> None:
    before = deadlocks()
    for _round in range(5):
        one, other = fresh_doctor(cast), fresh_doctor(cast)
        drafts = [cast.world.referral(post=by.post) for by in (one, other)]

        answers = race([gone(cast, one.post, other.post), gone(cast, other.post, one.post)])

        assert Counter(answers) == {"left": 1, "invalid_input": 1}
        stays = one if answers[1] == "left" else other
        assert {owners()[str(draft.public_id)] for draft in drafts} == {stays.post.pk}
    assert deadlocks() == before


def test_a_server_process_that_dies_in_the_middle_leaves_everything_as_it_was(cast: Leaving, monkeypatch: pytest.MonkeyPatch) -> None:
    draft, before = cast.world.referral(), owners()
    reached, gone_on = Flag(), Flag()
    found: list[Any] = []
    ending = leaving_module.end_post

    def waits(*args: Any, **kwargs: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            found.append(cursor.fetchone()[0])
        reached.set()
        gone_on.wait(10)
        ending(*args, **kwargs)

    def run() -> None:
        try:
            gone(cast, cast.zhou, cast.shen)()
        except OperationalError as error:
            found.append(type(error))
        finally:
            connection.close()

    monkeypatch.setattr(leaving_module, "end_post", waits)
    worker = Thread(target=run)
    worker.start()
    assert reached.wait(10)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [found[0]])
    gone_on.set()
    worker.join(10)

    assert found[1] is OperationalError
    assert owners() == before
    assert owners()[str(draft.public_id)] == cast.zhou.pk
    assert Post.objects.get(pk=cast.zhou.pk).valid_to is None
    assert ReferralRight.objects.get(pk=cast.zhou.right_id).status == "granted"
