"""Copies of a slip on real PostgreSQL: counted, attributed, audited, frozen, printed by the worker, wiped after a day."""

import io
import json
import re
import threading
from datetime import timedelta

import pypdf
import pytest
from django.db import connection
from django.utils import timezone

from referral.booking.book import book
from referral.booking.cancel import cancel_by_referrer, cancel_by_resident
from referral.models import Booking, Slip
from referral.slips import checks, issue, render
from referral.slips.counter import collect
from referral.slips.desk import booking_copy
from tests import cast_referral as cast
from tests.unit.slips.papers import UP
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
pdf = [pytest.mark.pdf, pytest.mark.skipif(bool(checks.printing_needs()), reason=checks.printing_needs())]


@pytest.fixture
def world():
    return cast.world()


@pytest.fixture
def booking(world):
    return booked(world, world.patient("阿不都热合曼·买买提", address="北京市西城区德胜门外大街甲10号院"))


@pytest.fixture(scope="module", autouse=True)
def _no_child_stays_behind():
    yield
    render.press.stop()


def booked(world, patient):
    referral, place = world.referral(patient), world.place()
    public_id = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=f"key-{referral.number}", by=world.doctor)
    return Booking.objects.get(public_id=public_id)


def copy(booking, by, now=None):
    return booking_copy(booking.public_id, by=by, now=now or timezone.now())


def read(slip):
    slip.refresh_from_db()
    pages = pypdf.PdfReader(io.BytesIO(issue.pdf_of(slip))).pages
    return re.sub(r"[\s\u2060\u00a0]", "", "".join(page.extract_text() for page in pages))


def keys(content):
    return {name: keys(part) if isinstance(part, dict) else None for name, part in content.items()}


def test_a_copy_is_numbered_attributed_audited_and_frozen(world, booking):
    slip = copy(booking, world.doctor)

    assert (slip.kind, slip.about, slip.copy_no) == ("up", booking.public_id, 1)
    assert (slip.printed_by, slip.post) == (world.zhou.user, world.zhou)
    assert not slip.is_printed
    entry = AuditEntry.objects.get(verb="slip.printed")
    assert (entry.kind, entry.object_id, entry.actor_id) == ("booking", booking.public_id, world.zhou.user.public_id)
    assert entry.details == {"copy": 1, "content": slip.content_hash}


def test_the_content_has_exactly_what_the_forms_ask_for(world, booking):
    content = json.loads(copy(booking, world.doctor).content)

    assert keys(content) == keys(UP)
    assert content["patient"]["name"] == "阿不都热合曼·买买提"
    assert re.fullmatch(r"[0-9]{17}", content["patient"]["file_number"])
    assert content["patient"]["document"].startswith("居民身份证　尾号")
    assert content["booking"]["code"] == booking.confirmation_code
    assert content["booking"]["token"] == booking.slip_token
    assert content["booking"]["resident_page"].endswith("/r/")
    assert content["to"] == {"name": "北京大学第一医院", "department": "心血管内科", "doctor": ""}
    assert (content["void"], content["closed"]) == (None, "")


def test_the_stored_copy_cannot_be_read_in_the_database(world, booking):
    copy(booking, world.doctor)

    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM referral_slip")
        (stored,) = cursor.fetchone()
    assert "买买提".encode() not in bytes(stored)
    assert booking.confirmation_code.encode() not in bytes(stored)


def test_loading_the_same_slip_again_is_not_a_second_copy(world, booking):
    first = copy(booking, world.doctor)

    assert copy(booking, world.doctor) == first
    assert Slip.objects.count() == 1
    assert AuditEntry.objects.filter(verb="slip.printed").count() == 1


def test_a_later_print_and_another_persons_print_are_further_copies(world, booking):
    copy(booking, world.doctor)

    another = copy(booking, world.colleague)
    later = copy(booking, world.doctor, now=timezone.now() + timedelta(minutes=11))

    assert (another.copy_no, later.copy_no) == (2, 3)
    assert later.content_hash == another.content_hash


def test_two_prints_at_the_same_instant_get_two_numbers(world, booking):
    ready, numbers, failures = threading.Barrier(2), [], []

    def print_as(acting):
        try:
            ready.wait(timeout=10)
            numbers.append(copy(booking, acting).copy_no)
        except Exception as failure:  # noqa: BLE001  a thread reports whatever happened to the test
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=print_as, args=(acting,)) for acting in (world.doctor, world.colleague)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert sorted(numbers) == [1, 2]


def test_another_unit_gets_no_copy_and_nothing_is_written(world, booking):
    alliance = world.hospital.led_alliances.get()
    stranger = cast.referring_post(
        "外人", cast.institution(world.district, "月坛社区卫生服务中心", "月坛", kind="centre"), world.admin, alliance
    )

    with pytest.raises(Refusal, match="not_found"):
        copy(booking, cast.acting_as(stranger.user, stranger))

    assert Slip.objects.count() == 0


def test_a_cancelled_booking_prints_a_void_slip_that_says_when_why_and_by_whom(world, booking):
    before = copy(booking, world.doctor)
    cancel_by_referrer(booking.public_id, expected_version=booking.version, reason="改期", by=world.doctor)

    after = copy(booking, world.doctor)
    content = json.loads(after.content)

    assert after.copy_no == 2
    assert after.content_hash != before.content_hash
    assert content["void"]["reason"] == "转诊医生取消"
    assert content["void"]["by"] == "周晓岚"
    assert (content["booking"]["code"], content["booking"]["token"]) == ("", "")


def test_a_resident_who_cancelled_is_not_named_twice(world, booking):
    cancel_by_resident(booking)

    content = json.loads(copy(booking, world.doctor).content)

    assert (content["void"]["reason"], content["void"]["by"]) == ("患者取消", "患者本人")


@pytest.mark.pdf
@pdf[1]
def test_the_worker_prints_the_copy_and_the_counter_hands_it_over(world, booking):
    slip = copy(booking, world.doctor)

    issue.make_pdf(slip.public_id)
    handed = collect(Slip.objects.get(pk=slip.pk), patience=0, now=timezone.now())

    assert handed.pdf.startswith(b"%PDF")
    text = read(slip)
    assert text.count("阿不都热合曼·买买提") >= 2
    assert booking.confirmation_code in text
    assert "第1次打印" in text


@pytest.mark.pdf
@pdf[1]
def test_printing_the_same_copy_twice_keeps_the_first_file(world, booking):
    slip = copy(booking, world.doctor)
    issue.make_pdf(slip.public_id)
    slip.refresh_from_db()
    first = slip.pdf

    issue.make_pdf(slip.public_id)

    slip.refresh_from_db()
    assert slip.pdf == first


@pytest.mark.pdf
@pdf[1]
def test_an_unprintable_character_is_named_and_leaves_no_copy(world):
    booking = booked(world, world.patient("张\U00031350"))
    slip = copy(booking, world.doctor)

    issue.make_pdf(slip.public_id)

    with pytest.raises(Refusal, match="unprintable_character") as refused:
        collect(Slip.objects.get(pk=slip.pk), patience=0, now=timezone.now())
    assert "U+31350" in str(refused.value.message)
    assert Slip.objects.filter(failure="").count() == 0


def test_a_broken_press_is_said_plainly_and_the_next_print_tries_again(world, booking, monkeypatch):
    def broken(*_arguments):
        raise render.PressBroken("no pango")

    monkeypatch.setattr(issue, "render_pdf", broken)
    slip = copy(booking, world.doctor)
    issue.make_pdf(slip.public_id)

    with pytest.raises(Refusal, match="unavailable"):
        collect(Slip.objects.get(pk=slip.pk), patience=0, now=timezone.now())
    again = copy(booking, world.doctor)
    assert again != slip
    assert again.copy_no == 1


def test_a_copy_the_worker_never_heard_of_is_found(world, booking):
    slip = copy(booking, world.doctor)

    assert issue.waiting(timezone.now()) == []
    assert issue.waiting(timezone.now() + timedelta(seconds=6)) == [slip.public_id]


def test_nothing_at_the_counter_yet_is_not_an_error_but_slow_after_a_while(world, booking):
    slip = copy(booking, world.doctor)

    assert collect(slip, patience=0, now=timezone.now()).is_slow is False
    assert collect(slip, patience=0, now=timezone.now() + timedelta(seconds=21)).is_slow is True


def test_content_and_file_are_wiped_after_a_day_and_the_hash_stays(world, booking):
    slip = copy(booking, world.doctor)

    assert issue.wipe(timezone.now()) == 0
    assert issue.wipe(timezone.now() + timedelta(days=1, minutes=1)) == 1

    wiped = Slip.objects.get(pk=slip.pk)
    assert (wiped.content, wiped.pdf, wiped.is_wiped) == ("", "", True)
    assert wiped.content_hash == slip.content_hash
