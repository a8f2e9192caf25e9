"""A hospital's rules of booking (R075): one text a day, none ever changed, each readable for as long as the hospital is."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from clinics.models import BookingRules
from clinics.register.booking_rules import dated, enter_rules, rules_of, rules_on
from permissions.acting import Acting
from permissions.roles import Role
from tests.cast import a_user, acting_as, an_admin, bearer, sign_in
from tests.cast_clinics import a_hospital, a_post, in_days, today
from tests.integration.places.cast_places import Place, text_of
from vault.models import AuditEntry, Change
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
OLD, NEW, NEXT = "一、凭证件取号。", "一、凭证件或电子凭证取号。", "一、凭电子凭证取号。"


def three_texts(place: Place) -> None:
    for text, day in ((OLD, today() - timedelta(days=100)), (NEW, today()), (NEXT, in_days(30))):
        enter_rules(place.hospital, text=text, valid_from=day, today=today(), by=place.by)


def test_the_text_of_a_day_is_the_last_one_that_began(place: Place) -> None:
    three_texts(place)

    days = (-101, -100, -1, 0, 29, 30, 300)
    found = [rules_on(place.hospital, today() + timedelta(days=number)) for number in days]

    assert [one.text if one else "" for one in found] == ["", OLD, OLD, NEW, NEW, NEXT, NEXT]
    told = dated(list(rules_of(place.hospital)), today())
    assert [(one.standing, one.last_day) for one in told] == [("later", None), ("now", in_days(29)), ("earlier", in_days(-1))]


@pytest.mark.parametrize(
    ("text", "ahead", "fields"),
    [
        ("", 1, ["text"]),
        ("  \n ", None, ["text", "valid_from"]),
        ("x" * 6_001, 1, ["text"]),
        ("甲\x00乙", 1, ["text"]),
        (NEW, -1, ["valid_from"]),
        (NEW, 400, ["valid_from"]),
        (NEW, 0, ["valid_from"]),
    ],
    ids=["no text", "nothing at all", "too long", "unprintable", "past", "too far", "the same day again"],
)
def test_a_wrong_text_or_day_is_refused_and_nothing_is_written(place: Place, text: str, ahead: int | None, fields: list[str]) -> None:
    enter_rules(place.hospital, text=OLD, valid_from=today(), today=today(), by=place.by)
    day = None if ahead is None else in_days(ahead)

    with pytest.raises(Refusal) as refused:
        enter_rules(place.hospital, text=text, valid_from=day, today=today(), by=place.by)

    assert [one.field for one in refused.value.violations] == fields
    assert all(one.message for one in refused.value.violations)
    assert BookingRules.objects.count() == 1


def test_a_centre_has_no_rules_of_booking(place: Place) -> None:
    with pytest.raises(Refusal, match="invalid_input"):
        enter_rules(place.centre, text=OLD, valid_from=today(), today=today(), by=place.by)

    assert not BookingRules.objects.exists()


def test_the_database_changes_and_deletes_no_text(place: Place) -> None:
    made = enter_rules(place.hospital, text=OLD, valid_from=today(), today=today(), by=place.by)

    for act in (lambda: BookingRules.objects.update(text=NEW), lambda: BookingRules.objects.all().delete()):
        with pytest.raises(ProgrammingError), transaction.atomic():
            act()
    made.refresh_from_db()
    assert made.text == OLD


def test_it_is_in_the_history_and_the_trail_who_entered_which_day(place: Place) -> None:
    made = enter_rules(place.hospital, text=OLD, valid_from=today(), today=today(), by=place.by)

    change = Change.objects.get(object_id=place.hospital.public_id)
    assert (change.field, change.new, change.actor_id) == ("booking_rules", today().isoformat(), place.admin.public_id)
    assert AuditEntry.objects.get(verb="enter_rules").object_id == made.public_id


def test_the_page_shows_now_later_and_earlier_and_a_sheet_to_print(place: Place) -> None:
    three_texts(place)
    post = a_post(a_user("陆明远"), place.hospital, Role.COORDINATOR)
    browser = Client()
    sign_in(browser, post.user, post)
    address = reverse("booking_rules", args=[place.hospital.public_id])

    text = text_of(browser, "booking_rules", place.hospital.public_id)
    again = browser.post(address, {"text": "二、改", "valid_from": today().isoformat()})
    entered = browser.post(address, {"text": "二、改", "valid_from": in_days(60).isoformat()})
    latest = BookingRules.objects.get(text="二、改")
    paper = text_of(browser, "booking_rules_paper", place.hospital.public_id, latest.public_id)

    assert text.index("现行规则") < text.index("待生效") < text.index("历次规则")
    assert (again.status_code, entered.status_code) == (400, 302)
    assert "该日已有生效的规则" in again.content.decode()
    assert "二、改" in again.content.decode()
    assert all(word in paper for word in ("预约诊疗服务规则", "二、改", place.hospital.name, in_days(60).isoformat(), "data-print"))
    assert browser.get(reverse("booking_rules_paper", args=[place.hospital.public_id, place.centre.public_id])).status_code == 404
    assert browser.get(reverse("booking_rules", args=[place.centre.public_id])).status_code == 404


def test_a_program_enters_and_lists_them(place: Place, client: Client) -> None:
    address = f"/api/v1/institutions/{place.hospital.public_id}/booking-rules"
    manager = a_post(a_user("陶主任"), place.hospital, Role.MANAGER)
    head = {"content_type": "application/json", "headers": bearer(manager.user, manager)}

    made = client.post(address, {"text": OLD, "valid_from": today().isoformat()}, **head)
    twice = client.post(address, {"text": NEW, "valid_from": today().isoformat()}, **head)
    listed = client.get(address, headers=bearer(place.admin)).json()["results"]
    centre = client.post(
        f"/api/v1/institutions/{place.centre.public_id}/booking-rules", {"text": OLD, "valid_from": today().isoformat()},
        "application/json", headers=bearer(place.admin),
    )  # fmt: skip

    assert (made.status_code, made.json()["standing"], twice.status_code, centre.status_code) == (201, "now", 400, 400)
    assert [violation["field"] for violation in twice.json()["violations"]] == ["valid_from"]
    assert [(one["text"], one["last_day"]) for one in listed] == [(OLD, None)]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_the_same_day_at_once_one_is_refused_in_words() -> None:
    hospital, by = a_hospital(), acting_as(an_admin())
    gate, told = Barrier(2), []

    def enter(text: str, by: Acting, day: date) -> None:
        try:
            gate.wait()
            enter_rules(hospital, text=text, valid_from=day, today=day, by=by)
            told.append("entered")
        except Refusal as refusal:
            told.append(refusal.violations[0].field)
        finally:
            connection.close()

    threads = [Thread(target=enter, args=(text, by, today())) for text in (OLD, NEW)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(told) == ["entered", "valid_from"]
    assert BookingRules.objects.count() == 1
