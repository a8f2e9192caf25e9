"""How an acceptance goes out of use, and who hears of it: another text, another wish, another booking, the end of the case (R072, R199)."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinics.models import PolicyRow, Post
from referral.booking.asking import Wish, submit
from referral.booking.cancel import cancel_by_referrer, cancel_by_resident
from referral.booking.corrections import undo_cancel
from referral.booking.models import Booking
from referral.cases import ending
from referral.cases.models import Referral
from referral.cases.submission_models import PlaceRequest
from referral.cases.write import Record, cancel_draft, edit_draft
from referral.handover.heirs import hand_over_notices
from referral.inbox.models import Notice
from referral.inbox.queries import inbox_of
from referral.news.reading import lines_of
from referral.patients.models import Encounter
from referral.review.advice import Written, acknowledge, patient_to_call, tell_patients
from referral.review.models import Advice, ReviewDecision
from referral.review.requests import accept_request, return_request
from referral.views import todo
from tests.cast import bearer, sign_in
from tests.cast_referral import today
from tests.integration.beds.cast_beds import BED, Ward, aged, fresh, ward
from vault.models import Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
ADVICE = Written("examinations_missing", "请先查动态血压和肾功能，结果异常再转诊。")


@pytest.fixture
def held() -> Ward:
    return ward()


def refused(act: Any) -> Refusal:
    with pytest.raises(Refusal) as error:
        act()
    return error.value


def given_back(held: Ward) -> tuple[Booking, Referral]:
    """A bed that was accepted, booked and cancelled by its doctor: a draft again, whose acceptance still holds."""
    booking = held.booked()
    cancel_by_referrer(booking.public_id, expected_version=booking.version, reason="patient", by=held.doctor)
    return booking, fresh(booking.referral)


def withdrawn() -> set[int]:
    return set(Notice.objects.filter(kind="place_withdrawn").values_list("post", flat=True))


def ended_messages(referral: Referral) -> int:
    return Message.objects.filter(about=referral.public_id, template="referral_ended").count()


def answering(held: Ward) -> set[int]:
    assert held.coordinator.post
    assert held.cardiologist.post
    return {held.coordinator.post.pk, held.cardiologist.post.pk}


def lines(who: Any, kind: str) -> list[str]:
    return [one.text for one in lines_of(who, inbox_of(who)) if one.kind == kind]


def test_who_knew_of_a_booking_is_told_that_the_request_came_back_once_her_doctor_has_read_it(held: Ward) -> None:
    _booking, draft = given_back(held)
    asked = held.asked(draft, held.service("day_surgery", "日间射频消融"))

    advice = return_request(draft.public_id, ADVICE, expected_version=asked.referral.version, by=held.cardiologist)

    assert advice.tell_patient_at
    assert advice.tell_patient_at - advice.created_at > timedelta(hours=23)
    assert (tell_patients(), ended_messages(draft)) == (0, 0), "her doctor first"
    first = acknowledge(draft.public_id, by=held.doctor)
    again = acknowledge(draft.public_id, by=held.doctor)
    assert (ended_messages(draft), again.patient_told_at, patient_to_call(again)) == (1, first.patient_told_at, False)
    assert (first.patient_told_at is None, tell_patients()) == (False, 0)


def test_she_is_told_at_the_latest_hour_when_nobody_has_read_it(held: Ward) -> None:
    _booking, draft = given_back(held)
    asked = held.asked(draft, held.service("day_surgery", "日间射频消融"))
    return_request(draft.public_id, ADVICE, expected_version=asked.referral.version, by=held.cardiologist)
    Advice.objects.update(tell_patient_at=timezone.now())

    assert (tell_patients(), tell_patients(), ended_messages(draft)) == (1, 0, 1)


def test_a_notice_names_the_request_and_the_hospital_it_is_about(held: Ward) -> None:
    booking, draft = given_back(held)
    surgery = held.asked(draft, held.service("day_surgery", "日间射频消融"))
    Booking.objects.filter(pk=booking.pk).update(institution=held.loop.world.other_hospital)
    return_request(draft.public_id, ADVICE, expected_version=surgery.referral.version, by=held.cardiologist)

    [accepted], [returned] = lines(held.doctor, "place_accepted"), lines(held.doctor, "referral_returned")
    assert (BED in accepted, "射频" in accepted) == (True, False)
    assert held.bed.institution.display_short_name in returned
    asked = sorted(lines(held.coordinator, "place_asked"))
    assert ([BED in one for one in asked].count(True), ["射频" in one for one in asked].count(True)) == (1, 1)
    [back] = lines(held.coordinator, "place_withdrawn")
    assert BED in back


def test_older_notices_that_name_the_referral_are_read_as_before(held: Ward) -> None:
    made = held.accepted()
    Notice.objects.filter(kind__in=("place_asked", "place_accepted")).update(about=made.referral.public_id)

    [accepted], [asked] = lines(held.doctor, "place_accepted"), lines(held.coordinator, "place_asked")

    assert (BED in accepted, BED in asked, "不能再看" in accepted + asked) == (True, True, False)


def test_unread_answers_go_where_the_work_goes(held: Ward) -> None:
    from django.db import transaction

    made = held.accepted()
    with transaction.atomic():
        hand_over_notices([fresh(made.referral)], held.loop.colleague.post, by=held.doctor)

    assert Notice.objects.get(kind="place_accepted").post == held.loop.colleague.post


def test_a_colleague_who_asked_hears_the_answer_beside_the_owner(held: Ward) -> None:
    draft = held.loop.world.referral()
    held.day()
    made = submit(draft.public_id, Wish(held.bed.public_id), expected_version=1, by=held.loop.colleague)

    accept_request(made.referral.public_id, expected_version=made.referral.version, by=held.cardiologist)

    told = set(Notice.objects.filter(kind="place_accepted").values_list("post", flat=True))
    assert {held.doctor.post, held.loop.colleague.post} == set(Post.objects.filter(pk__in=told))


def test_another_text_gives_the_acceptance_back_and_the_page_says_so_before(held: Ward, client: Client) -> None:
    _booking, draft = given_back(held)
    stood = Record(**{name: getattr(draft, name) for name in asdict(Record("", "", ""))})
    sign_in(client, held.doctor.user, held.doctor.post)

    page = client.get(reverse("referral_edit", args=[draft.public_id])).content.decode()
    edit_draft(draft.public_id, stood, expected_version=draft.version, truth_accepted=True, by=held.doctor)
    same = PlaceRequest.objects.get().status
    now = fresh(draft)
    edit_draft(draft.public_id, replace(stood, reason="改为手术评估"), expected_version=now.version, truth_accepted=True, by=held.doctor)

    assert ("接收即退回" in page, same) == (True, "accepted"), "the same text is what the hospital has read"
    assert (PlaceRequest.objects.get().status, withdrawn()) == ("withdrawn", answering(held))
    place = held.day(6)
    assert refused(lambda: held.books(fresh(draft), place)).code == "acceptance_required"
    assert Booking.objects.filter(status="booked").count() == 0


def test_who_asks_for_something_else_is_judged_today_and_the_hospital_hears_of_it(held: Ward) -> None:
    _booking, draft = given_back(held)
    aged(PlaceRequest.objects.get(), 9)
    seen = Encounter.objects.filter(pk=draft.encounter_id)
    seen.update(seen_at=timezone.now() - timedelta(days=10))

    again = refused(lambda: held.asked(draft))
    assert ([one.rule for one in again.violations], PlaceRequest.objects.count(), withdrawn()) == (["R050"], 1, set())

    seen.update(seen_at=timezone.now())
    held.asked(draft, held.service("day_surgery", "日间射频消融"))
    assert withdrawn() == answering(held)


def test_frequent_changes_keep_her_from_asking_as_from_booking(held: Ward) -> None:
    booking = held.booked()
    cancel_by_resident(booking)
    for key, value in (("churn_applies", "yes"), ("churn_changes", "0")):
        PolicyRow.objects.create(
            parameter=key, district=held.loop.world.district, value=value, valid_from=today() - timedelta(days=1), source="测试",
            status="in_force",
        )  # fmt: skip
    draft = held.loop.world.referral(booking.patient)

    again = refused(lambda: held.asked(draft))

    assert ([one.rule for one in again.violations], PlaceRequest.objects.count(), fresh(draft).status) == (["R147"], 1, "draft")


def test_a_clinic_booked_instead_gives_the_acceptance_back(held: Ward) -> None:
    made = held.accepted()
    place = held.loop.world.place(3)

    held.books(fresh(made.referral), place)

    made.refresh_from_db()
    assert (made.status, fresh(made.referral).status, withdrawn()) == ("withdrawn", "booked", answering(held))


def test_the_night_closes_what_is_open_of_a_case_that_has_ended(held: Ward) -> None:
    over, booked = held.accepted(), held.booked()
    Referral.objects.filter(pk=over.referral_id).update(status="cancelled")

    assert ending.expire_requests() == 0

    assert list(PlaceRequest.objects.order_by("pk").values_list("status", flat=True)) == ["lapsed", "accepted"]
    assert (fresh(over.referral).status, fresh(booked.referral).status) == ("cancelled", "booked")


def test_a_last_day_is_said_while_a_day_is_to_be_chosen(held: Ward, client: Client) -> None:
    made = held.accepted()
    sign_in(client, held.doctor.user, held.doctor.post)
    page, path = reverse("referral", args=[made.referral.public_id]), f"/api/v1/referrals/{made.referral.public_id}"

    def said() -> tuple[bool, bool]:
        asked = Client().get(path, headers=bearer(held.doctor.user, held.doctor.post)).json()["place_request"]
        return "最晚预约" in client.get(page).content.decode(), asked["last_day"] is not None

    assert said() == (True, True)
    booking = held.booked(made)
    assert said() == (False, False)
    cancel_by_referrer(booking.public_id, expected_version=booking.version, reason="patient", by=held.doctor)
    assert said() == (True, True)


def test_by_program_the_hospital_reads_what_it_is_asked_and_hears_that_it_came_too_late(held: Ward) -> None:
    made, taken = held.asked(), held.asked()
    for_her = bearer(held.coordinator.user, held.coordinator.post)
    accept_request(taken.referral.public_id, expected_version=2, by=held.cardiologist)
    path = f"/api/v1/referrals/{made.referral.public_id}/accept"

    read = Client().get(f"/api/v1/review/{made.referral.public_id}", headers=for_her)
    answered = Client().post(f"/api/v1/referrals/{taken.referral.public_id}/accept", headers=for_her | {"If-Match": 'W/"2"'})
    cancel_draft(made.referral.public_id, expected_version=2, by=held.doctor)
    gone = Client().post(path, headers=for_her | {"If-Match": 'W/"2"'})

    assert (read.status_code, read.json()["impression"]) == (200, made.referral.impression)
    assert (answered.status_code, answered.json()["code"], answered.json()["current"]["status"]) == (409, "stale_state", "accepted")
    assert (gone.status_code, gone.json()["code"]) == (409, "stale_state")
    assert Client().get(f"/api/v1/review/{made.referral.public_id}", headers=for_her).status_code == 404
    assert (ReviewDecision.objects.count(), fresh(made.referral).status) == (1, "cancelled")


def test_a_request_closed_between_two_readings_leaves_the_page_standing(held: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    held.asked(), held.accepted()
    monkeypatch.setattr(todo, "asked_for", lambda _rows: {})

    assert todo.things_to_do(held.doctor, today(), 3) == []


def test_what_nobody_answered_is_no_draft_that_expired(held: Ward, client: Client) -> None:
    made = aged(held.asked(), 8)
    ending.expire_requests()
    sign_in(client, held.doctor.user, held.doctor.post)

    case = client.get(reverse("referral", args=[made.referral.public_id])).content.decode()

    assert [str(row.what) for row in todo.things_to_do(held.doctor, today(), 3)] == ["未获安排，已结束"]
    assert ("草稿过期" in case, "未获安排，已结束" in case) == (False, True)


def test_who_dropped_an_accepted_request_takes_no_earlier_booking_back(held: Ward) -> None:
    booking, draft = given_back(held)
    made = held.accepted(draft, held.service("day_surgery", "日间射频消融"))
    cancel_draft(draft.public_id, expected_version=fresh(draft).version, reason="patient", by=held.doctor)
    booking.refresh_from_db()

    assert refused(lambda: undo_cancel(booking.public_id, expected_version=booking.version, by=held.doctor)).code == "stale_state"

    made.refresh_from_db()
    assert (Booking.objects.get().status, fresh(draft).status, made.status) == ("cancelled", "cancelled", "withdrawn")
