"""A whole institution is suspended while its doctors book and the district grants: real threads on real PostgreSQL (R052)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Flag
from time import sleep
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from clinics import rights
from clinics.models import Institution, InstitutionSanction
from clinics.watch import suspension
from permissions.models import ReferralRight
from referral.booking.book import book
from referral.booking.models import Booking
from tests.cast import acting_as, an_admin
from tests.cast_clinics import a_centre, a_post, a_station, in_days
from tests.cast_referral import World, referring_post, world
from tests.racing import deadlocks, race
from vault.models import Event
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
EVIDENCE = "区卫生健康委通报 2026-11-20"


@pytest.fixture
def cast(transactional_db: None) -> World:
    return world()


def a_booking(cast: World, by: Any) -> Any:
    referral, place = cast.referral(), cast.place()
    return lambda: (
        "booked" if book(referral=referral.public_id, pool_slot=place.public_id, version=referral.version, key=str(uuid4()), by=by) else ""
    )


def stroke(cast: World, by: Any) -> Any:
    return lambda: suspension.suspend(cast.centre, by=by, reason="unseen", note=EVIDENCE).status


def one_after_another(cast: World, by: Any, number: int) -> Any:
    """A doctor who books one patient after the other, whatever happens; her answers."""
    wanted = [a_booking(cast, by) for _each in range(number)]

    def run() -> list[str]:
        answers = []
        for each in wanted:
            try:
                answers.append(each())
            except Refusal as refusal:
                answers.append(refusal.code)
        return answers

    return run


def test_no_booking_commits_after_its_institution_was_suspended(cast: World) -> None:
    admins, before, counted = [cast.district_admin, acting_as(an_admin("韩卫东"))], deadlocks(), Counter()  # type: ignore[var-annotated]
    for _round in range(4):
        answers = race([*(one_after_another(cast, doctor, 6) for doctor in (cast.doctor, cast.colleague)), stroke(cast, admins[0])])

        assert answers[2] == "suspended"
        counted.update(answers[0] + answers[1])
        assert late_bookings() == 0
        for person in admins:
            suspension.reinstate(cast.centre, by=person)

    assert set(counted) == {"booked", "right_not_in_force"}
    assert deadlocks() == before


def late_bookings() -> int:
    """Bookings written after the suspension of their right was; both are written under the right's lock."""
    suspended = dict(Event.objects.filter(kind="right", event="suspend").order_by("id").values_list("object_id", "at"))
    written = dict(Event.objects.filter(kind="booking").order_by("-id").values_list("object_id", "at"))
    late = 0
    for booking in Booking.objects.filter(right__status="suspended").select_related("right"):
        late += written[booking.public_id] > suspended[booking.right.public_id]
    return late


def test_a_booking_waits_for_the_stroke_and_is_refused(cast: World) -> None:
    held, go = Flag(), Flag()
    wanted = a_booking(cast, cast.doctor)

    def slow_stroke() -> str:
        try:
            with transaction.atomic():
                suspension._take_away(
                    suspension._impose(cast.centre, "suspended", cast.district_admin, "unseen", EVIDENCE),
                    list(Institution.objects.locked().filter(pk=cast.centre.pk)),
                    cast.district_admin,
                )
                held.set()
                go.wait(10)
            return "suspended"
        finally:
            connection.close()

    def late() -> str:
        try:
            return str(wanted())
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(slow_stroke)
        assert held.wait(10)
        second = pool.submit(late)
        sleep(0.3)
        waited = not second.done()
        go.set()

        assert (waited, first.result(10), second.result(10)) == (True, "suspended", "right_not_in_force")
    assert Booking.objects.count() == 0


def test_no_right_is_given_while_its_institution_is_suspended(cast: World) -> None:
    before = deadlocks()
    for _round in range(5):
        centre = a_centre()
        posts = [a_post(institution=centre), a_post(institution=a_station(centre))]
        admins = [acting_as(an_admin("宋建华")), acting_as(an_admin("韩卫东")), cast.district_admin]
        grants = [
            lambda post=post, by=by: rights.enter(post, targets=[cast.hospital], last_day=in_days(30), by=by).status
            for post, by in zip(posts, admins, strict=False)
        ]

        answers = race(
            [*grants, lambda centre=centre, by=admins[2]: suspension.suspend(centre, by=by, reason="closed", note=EVIDENCE).status]
        )

        assert answers[2] == "suspended"
        assert set(answers[:2]) <= {"granted", "institution_suspended"}
        assert not ReferralRight.objects.filter(post__institution__in=[centre, *centre.stations.all()], status="granted").exists()
    assert deadlocks() == before


def test_two_administrators_suspend_it_once(cast: World) -> None:
    admins = [cast.district_admin, acting_as(an_admin("韩卫东"))]

    answers = race([stroke(cast, by) for by in admins])

    assert sorted(answers) == ["stale_state", "suspended"]
    assert InstitutionSanction.objects.count() == 1


def test_two_institutions_with_the_same_people_do_not_deadlock(cast: World) -> None:
    other = a_centre("月坛")
    for post in (cast.zhou, cast.shen):
        mate = referring_post(post.user.name, other, cast.admin, cast.hospital.led_alliances.get())
        ReferralRight.objects.filter(pk=mate.right_id).update(user=post.user)
    before, second = deadlocks(), acting_as(an_admin("韩卫东"))

    for _round in range(5):
        answers = race([
            lambda: suspension.suspend(cast.centre, by=cast.district_admin, reason="closed", note=EVIDENCE).status,
            lambda: suspension.suspend(other, by=second, reason="closed", note=EVIDENCE).status,
        ])  # fmt: skip
        assert answers == ["suspended", "suspended"]
        for place in (cast.centre, other):
            suspension.reinstate(place, by=second)

    assert deadlocks() == before


def test_institutions_are_locked_before_rights_and_rights_before_people(cast: World) -> None:
    with CaptureQueriesContext(connection) as captured:
        suspension.suspend(cast.centre, by=cast.district_admin, reason="closed", note=EVIDENCE)

    locks = [query["sql"] for query in captured if "FOR NO KEY UPDATE" in query["sql"] and "ORDER BY" in query["sql"]]
    tables = [sql.partition('FROM "')[2].partition('"')[0] for sql in locks]
    first = {table: tables.index(table) for table in ("clinics_institution", "permissions_referralright", "permissions_user")}
    assert first["clinics_institution"] < first["permissions_referralright"] < first["permissions_user"]
    assert all('."id" ASC' in sql for sql in locks)
