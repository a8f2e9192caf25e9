"""Two people at the same register at once: one name, one version, one account for a phone, and no correction of a post that ends."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from django.db import connection, transaction

from clinics.models import Institution, Post
from clinics.people import NewPerson, NewPost, appoint_person, correct_post
from clinics.posts import end_post
from clinics.register.particulars import Particulars
from clinics.register.registry import correct_institution, register_institution
from permissions.models import User
from tests.integration.places.cast_places import Place, a_place
from tests.racing import at_once
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 4


@pytest.fixture
def place(transactional_db: None) -> Place:
    return a_place()


def test_one_name_is_registered_once(place: Place) -> None:
    given = Particulars(kind="centre", name="北京市西城区月坛社区卫生服务中心", short_name="月坛中心")

    ended = at_once(*[lambda: register_institution(given, by=place.by)] * THREADS)

    assert ended == ["done", *["invalid_input"] * (THREADS - 1)]
    assert Institution.objects.filter(name=given.name).count() == 1


def test_one_version_is_corrected_once(place: Place) -> None:
    ended = at_once(*[lambda: correct_institution(place.centre, {"address": "德外大街1号"}, by=place.by, expected_version=1)] * THREADS)

    assert ended == ["done", *["stale_state"] * (THREADS - 1)]
    assert Institution.objects.get(pk=place.centre.pk).version == 2


def test_one_phone_becomes_one_account_with_one_post(place: Place) -> None:
    person, post = NewPerson("罗一鸣", "13912342046"), NewPost("family_doctor")

    ended = at_once(*[lambda: appoint_person(person, post, place.centre, by=place.by)] * THREADS)

    assert ended == [*["already_exists"] * (THREADS - 1), "done"]
    assert User.objects.filter(name="罗一鸣").count() == 1
    assert Post.objects.filter(user__name="罗一鸣").count() == 1


def test_a_correction_that_waited_for_the_end_of_a_post_is_refused(place: Place) -> None:
    """The waiting statement's clock stands before the end it waited for; only a later statement sees that the post is over."""
    post = place.doctor

    def correcting() -> str:
        try:
            correct_post(post, department=None, title="chief", by=place.by)
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Post.objects.locked().get(pk=post.pk)
            waiting = pool.submit(correcting)
            _until_somebody_waits()
            end_post(post, by=place.by, reason="left")
        answer = waiting.result(timeout=10)

    held = Post.objects.get(pk=post.pk)
    assert (answer, held.title, held.valid_to is not None) == ("stale_state", post.title, True)


def _until_somebody_waits() -> None:
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        sleep(0.02)
    raise AssertionError("nobody waited")
