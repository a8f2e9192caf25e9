"""The resident's page and the verification page over HTTP: who is recognised, what is told, what is counted, what is refused."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from referral.booking.book import book
from referral.booking.cancel import cancel_by_resident
from referral.models import Booking
from referral.slips.desk import booking_copy
from tests import cast_referral as cast
from tests.database import as_owner
from vault.audit.models import AccessEntry
from vault.models import Event, Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    return cast.world()


@pytest.fixture
def booking(world):
    referral, place = world.referral(world.patient("陈秀兰")), world.place()
    public_id = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key="key-of-resident", by=world.doctor)
    return Booking.objects.get(public_id=public_id)


def enter(client, number, code):
    return client.post("/r/", {"number": number, "code": code})


def another_code(code):
    """A well-formed code of somebody else."""
    from referral.booking.codes import new_code

    return next(other for other in iter(new_code, "") if other != code)


def text_of(response):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", response.content.decode()))


def test_number_and_code_show_when_where_what_to_bring_and_how_to_cancel(client, world, booking):
    assert enter(client, booking.number, booking.confirmation_code).status_code == 302

    page = client.get("/r/")

    shown = text_of(page)
    assert page.status_code == 200
    for part in ("陈女士", "北京大学第一医院", "心血管内科", "门诊楼一层2号窗口", "上午 8:00 至 8:30", "010-82000000", "周晓岚"):
        assert part in shown
    code = booking.confirmation_code
    assert f"{code[:4]} {code[4:]}" in shown
    assert AccessEntry.objects.get(object_id=booking.public_id).purpose == "resident page"


def test_the_page_shows_no_name_no_diagnosis_and_no_document(client, world, booking):
    enter(client, booking.number, booking.confirmation_code)

    shown = client.get("/r/").content.decode()

    for hidden in ("陈秀兰", "高血压", "血压控制", booking.patient.phone, booking.patient.identifiers.get().number):
        assert hidden not in shown


@pytest.mark.parametrize(
    "typed",
    [
        lambda number, code: (" ".join(re.findall("....", number)), f"{code[:4]} {code[4:]}"),
        lambda number, code: (number, code.lower()),
        lambda number, code: (number.translate({48 + n: 0xFF10 + n for n in range(10)}), "".join(chr(ord(c) + 0xFEE0) for c in code)),
    ],
    ids=["in fours", "small letters", "full width"],
)
def test_number_and_code_are_read_as_people_type_them(client, booking, typed):
    number, code = typed(booking.number, booking.confirmation_code)

    assert enter(client, number, code).status_code == 302


def test_a_wrong_number_and_a_wrong_code_get_the_same_answer(client, booking):
    other_number = f"{int(booking.number) + 1:016d}"

    answers = {
        re.sub(r'name="csrf\S+ value="[^"]+"|value="\d+"|<span class="code">[^<]*</span>', "", enter(client, number, code).content.decode())
        for number, code in (
            (other_number, booking.confirmation_code),
            (booking.number, another_code(booking.confirmation_code)),
            (other_number, another_code(booking.confirmation_code)),
        )
    }

    assert len(answers) == 1
    assert "resident" not in client.cookies


def test_the_sixth_try_of_a_number_is_refused_even_with_the_right_code(client, booking):
    wrong = another_code(booking.confirmation_code)
    statuses = [enter(client, booking.number, wrong).status_code for _try in range(5)]

    assert statuses == [422] * 5
    assert enter(client, booking.number, booking.confirmation_code).status_code == 429
    assert "resident" not in client.cookies


def test_the_tries_of_one_address_do_not_lock_the_resident_out_elsewhere(client, booking):
    wrong = another_code(booking.confirmation_code)
    for _try in range(6):
        enter(client, booking.number, wrong)

    answer = client.post("/r/", {"number": booking.number, "code": booking.confirmation_code}, REMOTE_ADDR="203.0.113.9")

    assert answer.status_code == 302


def test_what_can_be_no_code_is_said_at_the_field_and_costs_no_try(client, booking):
    for _try in range(6):
        answer = enter(client, booking.number, "12345678")
        assert answer.status_code == 422
        assert 'id="e-code"' in answer.content.decode()

    assert enter(client, booking.number, booking.confirmation_code).status_code == 302


@pytest.mark.parametrize("cookie", ["", "x", "not:signed", "IjAxOTk5OTk5Ig:1abcde:forged"])
def test_a_forged_cookie_opens_nothing(client, booking, cookie):
    client.cookies["resident"] = cookie

    page = client.get("/r/").content.decode()

    assert booking.confirmation_code[:4] not in page
    assert 'name="code"' in page


def test_the_resident_cancels_before_the_cut_off_and_is_told(client, world, booking):
    enter(client, booking.number, booking.confirmation_code)

    assert client.post("/r/cancel/").status_code == 302

    booking.refresh_from_db()
    assert (booking.status, booking.cancel_cause) == ("cancelled", "by_resident")
    assert Event.objects.get(object_id=booking.public_id, target="cancelled").actor_kind == "patient"
    assert Message.objects.filter(about=booking.public_id, template="referral_cancelled").count() == 1
    page = text_of(client.get("/r/"))
    assert "北京大学第一医院" in page
    assert booking.confirmation_code[:4] not in page


def test_after_the_frozen_cut_off_nothing_is_cancelled_and_the_page_says_whom_to_call(client, booking):
    with as_owner():
        Booking.objects.filter(pk=booking.pk).update(cancel_until=timezone.now() - timedelta(seconds=1))
    enter(client, booking.number, booking.confirmation_code)

    answer = client.post("/r/cancel/")

    assert answer.status_code == 409
    assert "010-82000000" in text_of(answer)
    assert 'id="cancel"' not in answer.content.decode()
    booking.refresh_from_db()
    assert booking.status == "booked"
    assert Message.objects.filter(template="referral_cancelled").count() == 0


def test_a_stranger_cannot_cancel(client, booking):
    assert client.post("/r/cancel/").status_code == 302

    booking.refresh_from_db()
    assert booking.status == "booked"


def test_leaving_forgets_who_was_recognised(client, booking):
    enter(client, booking.number, booking.confirmation_code)

    client.post("/r/leave/")

    assert 'name="code"' in client.get("/r/").content.decode()


def test_a_slip_proves_what_it_is_worth_without_saying_whose_it_is(client, world, booking):
    booking_copy(booking.public_id, by=world.doctor, now=timezone.now())

    answer = client.get(f"/api/v1/slips/{booking.slip_token}")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "valid",
        "institution": "北京大学第一医院",
        "visit_date": booking.visit_date.isoformat(),
        "number_tail": booking.number[-4:],
        "copies": 1,
        "version": 1,
        "newest": 1,
    }
    page = client.get(f"/slips/{booking.slip_token}/").content.decode()
    for hidden in ("陈秀兰", "陈女士", booking.number, booking.confirmation_code, "心血管"):
        assert hidden not in page


def test_a_cancelled_bookings_slip_is_void(client, booking):
    cancel_by_resident(booking)

    assert client.get(f"/api/v1/slips/{booking.slip_token}").json()["status"] == "void"


@pytest.mark.parametrize("token", ["r1.AAAAAAAAAAAAAAAAAAAAAA", "x", "%00", "r1.9" * 200, "编号"])
def test_any_other_token_gets_one_answer_of_the_same_shape(client, booking, token):
    answer = client.get(f"/api/v1/slips/{token}")

    assert answer.status_code == 404
    nothing = {"institution": "", "visit_date": None, "number_tail": "", "copies": 0, "version": 0, "newest": 0}
    assert answer.json() == {"status": "unknown"} | nothing
