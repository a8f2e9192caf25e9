"""The pages and doors of every way out of a booking, as people and programs use them."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from referral.booking.cancel import cancel_by_referrer, cancel_by_resident
from referral.booking.models import Booking
from referral.booking.move import move
from referral.booking.next_visit import Wish, book_next
from referral.cases.models import FollowKind
from referral.slips.content import up_content
from referral.slips.papers import papers_of
from referral.slips.proof import Proof, verify
from tests.cast import bearer, sign_in
from tests.cast_ways_out import Out, a_key, fresh, out

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Out:
    return out()


def in_english() -> Client:
    browser = Client()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return browser


def seated(who: Any) -> Client:
    browser = in_english()
    sign_in(browser, who.user, who.post)
    return browser


def api(who: Any, path: str, body: Any = None, **headers: str) -> Any:
    named = bearer(who.user, who.post) | {"Accept-Language": "en"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return Client().generic("POST", f"/api/v1{path}", json.dumps(body or {}), "application/json", headers=named)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_doctor_moves_a_booking_with_old_and_new_beside_each_other(cast: Out) -> None:
    old, place, browser = cast.ahead(), cast.place(), seated(cast.doctor)
    address = reverse("booking_move", args=[old.public_id])
    case = text(browser.get(reverse("referral", args=[old.referral.public_id])))
    key = f"{place.service.public_id}.{place.visit_date}.am"

    page = text(browser.get(f"{address}?cell={key}&slot={place.public_id}"))
    moved = browser.post(address, {"pool_slot": place.public_id, "version": 1, "idempotency_key": a_key()})

    assert address in case
    assert "Move to this time?" in page
    assert f"<s>{old.visit_date:%A}" in page or "<s>" in page
    new = Booking.objects.get(moved_from=old)
    assert (moved.status_code, moved.url) == (302, reverse("booking_done", args=[new.public_id]))
    after = text(browser.get(reverse("referral", args=[old.referral.public_id])))
    assert "moved to another time" in after
    assert "redirected" not in after


def test_a_refused_move_keeps_the_page_and_offers_other_times(cast: Out) -> None:
    old, full, browser = cast.ahead(), cast.place(places=0), seated(cast.doctor)
    cast.place(8)

    answer = browser.post(
        reverse("booking_move", args=[old.public_id]), {"pool_slot": full.public_id, "version": 1, "idempotency_key": a_key()}
    )

    assert answer.status_code == 409
    assert 'role="alert"' in text(answer)
    assert f'name="version" value="{old.version}"' in text(answer)
    assert fresh(old).status == "booked"


def test_a_program_moves_with_version_and_key_and_gets_the_new_booking(cast: Out) -> None:
    old, place = cast.ahead(), cast.place()
    path, body = f"/bookings/{old.public_id}/move", {"pool_slot": str(place.public_id)}

    assert api(cast.doctor, path, body).status_code in (400, 428)
    moved = api(cast.doctor, path, body, If_Match='W/"1"', Idempotency_Key="move-0001")
    again = api(cast.doctor, path, body, If_Match='W/"1"', Idempotency_Key="move-0001")
    stale = api(cast.doctor, path, body, If_Match='W/"1"', Idempotency_Key="move-0002")

    assert (moved.status_code, again.status_code, stale.status_code) == (201, 201, 409)
    told = moved.json()
    assert (told["moved_from"], told["mode"], told["status"]) == (str(old.public_id), "community_referral", "booked")
    assert (again.json()["id"], moved.headers["ETag"]) == (told["id"], 'W/"1"')


def test_the_slip_of_a_moved_booking_is_void_and_says_that_there_is_a_new_one(cast: Out) -> None:
    old = cast.ahead()
    new = Booking.objects.get(
        public_id=move(old.public_id, pool_slot=cast.place().public_id, expected_version=1, key=a_key(), by=cast.doctor)
    )

    assert (verify(old.slip_token).status, verify(new.slip_token).status) == (Proof.MOVED, Proof.VALID)
    papers = {paper.public_id: up_content(paper) for paper in papers_of(cast.doctor).filter(referral=old.referral)}
    assert papers[old.public_id]["void"]["reason"] == "已改约，另有新单"
    assert papers[new.public_id]["booking"]["code"] == fresh(new).confirmation_code


def test_a_doctor_cancels_with_a_reason_and_takes_it_back_on_the_case(cast: Out) -> None:
    booking, browser = cast.ahead(), seated(cast.doctor)
    cancel, undo = reverse("booking_cancel", args=[booking.public_id]), reverse("booking_undo_cancel", args=[booking.public_id])
    case = reverse("referral", args=[booking.referral.public_id])

    without_words = browser.post(cancel, {"version": 1, "reason": "other", "note": ""})
    browser.post(cancel, {"version": 1, "reason": "wrong_item", "note": "应约内分泌"})
    offered = text(browser.get(case))
    browser.post(undo, {"version": 2})

    assert "Say in a few words" in text(without_words)
    assert undo in offered
    assert "The wrong clinic or item was booked" in offered
    after = text(browser.get(case))
    assert "cancellation taken back" in after
    assert undo not in after
    assert fresh(booking).status == "booked"


def test_after_the_cut_off_the_page_says_whom_to_call(cast: Out) -> None:
    booking = cast.ahead(cancel_until=timezone.now())

    page = text(seated(cast.doctor).get(reverse("booking_cancel", args=[booking.public_id])))

    assert "Only the hospital can still release the place" in page


def test_a_coordinator_finds_a_visit_releases_it_and_takes_that_back(cast: Out) -> None:
    booking, other, browser = cast.ahead(), cast.ahead(6), seated(cast.coordinator)
    address = reverse("booking_release", args=[booking.public_id])

    listed = text(browser.get(reverse("hospital_bookings"), {"q": booking.number[-4:]}))
    assert address not in text(browser.get(reverse("hospital_bookings"), {"date": other.visit_date.isoformat()}))
    empty = text(browser.get(reverse("hospital_bookings"), {"q": "9999999999999999", "date": "x"}))
    refused = browser.post(address, {"version": 1, "reason": ""})
    released = browser.post(address, {"version": 1, "reason": "equipment", "note": ""}, follow=True)
    back = browser.post(reverse("booking_undo_cancel", args=[booking.public_id]), {"version": 2})

    assert address in listed
    assert reverse("booking_release", args=[other.public_id]) not in listed
    assert "Nothing matches these filters" in empty
    assert "Choose a reason" in text(refused)
    assert "Rooms or equipment are out of use" in text(released)
    assert reverse("booking_undo_cancel", args=[booking.public_id]) in text(released)
    assert (back.status_code, fresh(booking).status) == (302, "booked")
    told = api(cast.coordinator, f"/bookings/{other.public_id}/release", {"reason": "twice"}, If_Match='W/"1"').json()
    assert (told["status"], told["cancel_cause"], told["cancel_reason"]) == ("cancelled", "by_hospital", "twice")
    assert "陈秀兰" not in json.dumps(told, ensure_ascii=False)


def test_the_window_sends_a_booking_again_and_says_nothing_about_strangers(cast: Out) -> None:
    booking, browser = cast.ahead(), seated(cast.loop.clerk)
    page, tail = reverse("booking_resend"), booking.patient.identifiers.get().tail

    wrong = browser.post(page, {"number": booking.number, "name": "王芳", "document_tail": tail})
    unknown = browser.post(page, {"number": "1101022611999999", "name": "陈秀兰", "document_tail": tail})
    sent = browser.post(page, {"number": booking.number, "name": "陈秀兰", "document_tail": tail}, follow=True)

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    sentence = "Number, name and document do not belong together"
    assert sentence in text(wrong)
    assert sentence in text(unknown)
    assert "Sent again to 139****" in text(sent)
    assert api(cast.doctor, f"/bookings/{booking.public_id}/resend", {"name": "陈秀兰", "document_tail": tail}).status_code == 202


def test_the_consulting_room_books_the_next_visit_and_the_family_doctor_sees_it(cast: Out) -> None:
    visit, place, browser = cast.loop.attended(), cast.direct(), seated(cast.cardiologist)
    address = reverse("next_visit", args=[visit.public_id])
    assert address in text(browser.get(reverse("visit", args=[visit.public_id])))

    chosen = text(browser.get(f"{address}?kind=next&slot={place.public_id}"))
    blank = browser.post(address, {"pool_slot": place.public_id, "kind": "next", "reason": "", "idempotency_key": a_key()})
    browser.post(address, {"pool_slot": place.public_id, "kind": "next", "reason": "四周后复查", "idempotency_key": a_key()})

    assert "Book this visit?" in chosen
    assert "Say in a line" in text(blank)
    assert "四周后复查" in text(browser.get(reverse("visit", args=[visit.public_id])))
    made = Booking.objects.get(mode="in_consultation")
    case = text(seated(cast.doctor).get(reverse("referral", args=[visit.referral.public_id])))
    assert "next visit booked by the hospital" in case
    assert reverse("referral", args=[made.referral.public_id]) in case
    for reader in (cast.doctor, cast.cardiologist):
        paper = up_content(papers_of(reader).get(pk=made.pk))
        assert (paper["title"], paper["from"]["name"], paper["booking"]["code"]) == (
            "诊间预约单", cast.world.hospital.name, made.confirmation_code,
        )  # fmt: skip
    assert not papers_of(cast.cardiologist).exclude(pk=made.pk).exists()


def test_a_program_books_the_next_visit_from_the_places_it_asked_for(cast: Out) -> None:
    visit, place = cast.loop.attended(), cast.direct(title="chief")
    path = f"/api/v1/bookings/{visit.public_id}/next-places?kind=senior"

    found = Client().get(path, headers=bearer(cast.cardiologist.user, cast.cardiologist.post)).json()["results"]
    body = {"pool_slot": found[0]["id"], "kind": "senior", "reason": "请上级医师会看"}
    made = api(cast.cardiologist, f"/bookings/{visit.public_id}/next", body, Idempotency_Key="next-0001")

    assert [one["id"] for one in found] == [str(place.public_id)]
    assert (made.status_code, made.json()["mode"]) == (201, "in_consultation")


def test_a_visit_recorded_by_mistake_is_taken_back_on_its_page(cast: Out) -> None:
    visit, browser = cast.loop.attended(), seated(cast.cardiologist)
    undo = reverse("visit_undo", args=[visit.public_id])
    assert undo in text(browser.get(reverse("visit", args=[visit.public_id])))

    browser.post(undo, {"version": visit.version})

    assert fresh(visit).status == "arrived"
    assert undo not in text(browser.get(reverse("visit", args=[visit.public_id])))


def test_a_resident_has_her_cancellation_back_on_her_own_page(cast: Out) -> None:
    booking, browser = cast.ahead(), in_english()
    browser.post(reverse("resident"), {"number": booking.number, "code": booking.confirmation_code})
    assert reverse("resident_move_booking") not in text(browser.get(reverse("resident")))
    assert browser.get(reverse("resident_move_booking")).url == reverse("resident")
    cancel_by_resident(booking)

    page = text(browser.get(reverse("resident")))
    browser.post(reverse("resident_undo"))

    assert "Cancelled by mistake?" in page
    assert fresh(booking).status == "booked"
    cancel_by_referrer(booking.public_id, expected_version=3, reason="patient", by=cast.doctor)
    assert "Cancelled by mistake?" not in text(browser.get(reverse("resident")))


def test_a_resident_changes_the_time_herself_where_her_hospital_lets_her(cast: Out) -> None:
    booking, place, browser = cast.ahead(), cast.place(), in_english()
    cast.let_residents_move()
    browser.post(reverse("resident"), {"number": booking.number, "code": booking.confirmation_code})
    address = reverse("resident_move_booking")
    assert address in text(browser.get(reverse("resident")))

    page = text(browser.get(address))
    moved = browser.post(address, {"pool_slot": str(place.public_id), "idempotency_key": a_key()})
    after = text(browser.get(reverse("resident")))

    assert str(place.public_id) in page
    new = Booking.objects.get(moved_from=booking)
    assert (moved.url, new.pool_slot) == (reverse("resident"), place)
    assert f"{new.confirmation_code[:4]} {new.confirmation_code[4:]}" in after  # this browser has proved the booking it moved


def test_with_the_old_code_a_resident_learns_the_new_time_but_not_the_new_code(cast: Out) -> None:
    booking, browser = cast.ahead(), in_english()
    made = move(booking.public_id, pool_slot=cast.place().public_id, expected_version=1, key=a_key(), by=cast.doctor)
    browser.post(reverse("resident"), {"number": booking.number, "code": booking.confirmation_code})

    page = text(browser.get(reverse("resident")))

    assert "This booking was moved to" in page
    code = Booking.objects.get(public_id=made).confirmation_code
    assert code not in page.replace(" ", "")


def test_the_number_of_queries_does_not_grow_with_what_is_shown(cast: Out, django_assert_max_num_queries: Any) -> None:
    visit = cast.loop.attended()
    for ahead in (5, 9):
        book_next(visit.public_id, Wish(cast.direct(ahead).public_id, FollowKind.NEXT, "复诊"), key=a_key(), by=cast.cardiologist)
    bookings = [cast.ahead(days) for days in (5, 6, 7, 8)]
    doctor, coordinator, receiving = seated(cast.doctor), seated(cast.coordinator), seated(cast.cardiologist)

    with django_assert_max_num_queries(14):
        coordinator.get(reverse("hospital_bookings"))
    with django_assert_max_num_queries(20):  # the hospital's horizon, and three for what counts already
        receiving.get(reverse("next_visit", args=[visit.public_id]))
    with django_assert_max_num_queries(24):
        doctor.get(reverse("booking_move", args=[bookings[0].public_id]))
