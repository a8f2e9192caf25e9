"""Substitutes of stopped clinics: found, held, offered, chosen, lapsed; nothing counts against the patient (R126-R128)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinics import mirror
from clinics.models import Practitioner
from permissions.models import ReferralRight
from referral.booking.book import book
from referral.booking.cancel import cancel_by_resident
from referral.booking.models import Booking
from referral.booking.move import move
from referral.booking.noshow import report_noshow
from referral.booking.override_models import RuleOverride
from referral.credit.models import Breach, Restriction
from referral.disruptions import choose, sweep
from referral.disruptions.models import Disruption
from referral.disruptions.special import special_stops
from referral.disruptions.stop import stop_clinic
from referral.patients.models import Patient
from reserved_pools.models import PoolSlot
from tests.cast import bearer
from tests.cast_clinics import a_service, moves_of, places_of
from tests.cast_referral import BONES, SUGAR
from tests.cast_stops import Scene, five_days_of_notice, scene
from tests.cast_substitutes import books_are_right, looked_after, only, patient_of, stopped
from vault.actor import SYSTEM
from vault.models import Message
from vault.refusal import Refusal
from vault.states import advance

pytestmark = pytest.mark.django_db
FIVE = ("陈秀兰", "李国强", "王桂英", "赵铁柱", "孙小妹")


@pytest.fixture
def held() -> Scene:
    return scene()


def texts(template: str) -> int:
    return Message.objects.filter(template=template).count()


def test_stopping_opens_one_disruption_for_each_live_booking_and_cancels_none(held: Scene) -> None:
    made = stopped(held, *FIVE[:2])

    assert [(one.status, one.booking.status, one.searched_at) for one in made] == [("open", "booked", None)] * 2
    assert texts("clinic_stopped_offer") == texts("clinic_stopped_call") == 0


def test_of_five_patients_one_gets_the_only_substitute_and_the_others_are_to_be_called(held: Scene) -> None:
    place = only(held.morning(afternoon=True), 1)

    first, *others = looked_after(held, *FIVE)

    assert (first.pool_slot, first.call_for) == (place, "")
    assert {(one.pool_slot, one.call_for) for one in others} == {(None, "no_substitute")}
    assert places_of(place).held == 1
    assert (texts("clinic_stopped_offer"), texts("clinic_stopped_call")) == (1, 4)
    sweep.look_after()
    assert (places_of(place).held, Message.objects.filter(template__startswith="clinic_stopped").count()) == (1, 5)
    assert books_are_right()


def test_accepting_replaces_the_booking_without_a_strike_or_a_count(held: Scene) -> None:
    place = only(held.morning(afternoon=True), 1)
    (one,) = looked_after(held, FIVE[0])
    old = one.booking

    new = choose.accept(one, expected_version=one.version, by=patient_of(old))

    old.refresh_from_db()
    one.refresh_from_db()
    assert (old.status, old.cancel_cause, new.moved_from, new.pool_slot, new.status) == ("cancelled", "stopped", old, place, "booked")
    assert (one.status, one.choice, one.chosen_by, one.new_booking, one.pool_slot) == ("substituted", "accept", "resident", new, None)
    assert old.referral.status == new.referral.status == "booked"
    assert Booking.objects.filter(patient=old.patient, status="booked").count() == 1
    assert (places_of(place).claimed, places_of(place).held) == (1, 0)
    assert moves_of(place)[-2:] == ["held", "taken_up"]
    assert (texts("referral_booked"), texts("referral_changed")) == (1, 1)
    assert books_are_right()


def test_a_substitute_keeps_the_exception_without_which_it_would_be_refused_and_is_moved_by_it(held: Scene) -> None:
    place, later = only(held.morning(afternoon=True), 1), held.world.place(3, hour=17)
    patient = held.world.patient(FIVE[0])
    for code in (SUGAR, BONES):
        elsewhere = held.world.place(3, code=code)
        book(referral=held.world.referral(patient).public_id, pool_slot=elsewhere.public_id, version=1, key=str(uuid4()), by=held.doctor)
    referral = held.world.referral(patient)
    exception = RuleOverride.objects.create(
        referral=referral, rule="R108", reason="病情需要", evidence="会诊意见", status="granted", asked_by=held.world.zhou.user,
        decided_by=held.world.admin, valid_to=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    made = book(referral=referral.public_id, pool_slot=held.slots[0].public_id, version=1, key=str(uuid4()), by=held.doctor)
    kept = [{"id": str(exception.public_id), "rule": "R108"}]
    PoolSlot.objects.filter(pk=later.pk).update(closed_at=timezone.now())  # no substitute
    stop_clinic(held.wanted(half_day="am"), by=held.coordinator)
    sweep.look_after()
    one = Disruption.objects.get(booking__public_id=made)

    new = choose.accept(one, expected_version=one.version, by=patient_of(one.booking))
    PoolSlot.objects.filter(pk=later.pk).update(closed_at=None)
    again = Booking.objects.get(
        public_id=move(new.public_id, pool_slot=later.public_id, expected_version=new.version, key=str(uuid4()), by=held.doctor)
    )

    assert (new.pool_slot, new.policy["exceptions"]) == (place, kept)
    assert (again.moved_from, again.policy["exceptions"]) == (new, kept)
    exception.refresh_from_db()
    assert (exception.status, exception.used_by.public_id) == ("used", made)


def test_a_hold_nobody_answered_lapses_and_the_hospital_calls(held: Scene) -> None:
    place = only(held.morning(afternoon=True), 1)
    (one,) = looked_after(held, FIVE[0])
    Disruption.objects.filter(pk=one.pk).update(held_until=timezone.now() - timedelta(seconds=1))

    sweep.look_after()

    one.refresh_from_db()
    assert (one.status, one.pool_slot, one.call_for) == ("open", None, "no_answer")
    assert (places_of(place).held, places_of(place).cooling) == (0, 1)
    with pytest.raises(Refusal, match="offer_lapsed"):
        choose.accept(one, expected_version=one.version, by=patient_of(one.booking))
    assert books_are_right()


def test_declining_ends_the_booking_as_stopped_and_opens_the_referral_again(held: Scene) -> None:
    place = only(held.morning(afternoon=True), 1)
    (one,) = looked_after(held, FIVE[0])

    choose.decline(one, expected_version=one.version, by=patient_of(one.booking))

    booking = Booking.objects.select_related("referral").get(pk=one.booking_id)
    assert (booking.status, booking.cancel_cause, booking.referral.status) == ("cancelled", "stopped", "draft")
    assert (places_of(place).held, places_of(place).cooling) == (0, 1)
    assert texts("referral_cancelled") == 1
    assert books_are_right()
    assert PoolSlot.objects.get(pk=booking.pool_slot_id).claimed == 0


def test_without_a_mobile_or_at_a_special_stop_the_hospital_calls_at_once_with_the_place_held(held: Scene) -> None:
    place = only(held.morning(afternoon=True), 1)
    booked = held.booked(name=FIVE[0])
    Patient.objects.filter(pk=booked.patient_id).update(phone="", phone_hash="", phone_tail="", landline_tail="0001")
    stop_clinic(held.wanted(half_day="am"), by=held.coordinator)
    sweep.look_after()

    one = Disruption.objects.get()
    assert (one.pool_slot, one.call_for, one.told_at) == (place, "no_mobile", None)
    assert not Message.objects.filter(template__startswith="clinic_stopped").exists()
    five_days_of_notice(held)
    held.slots, free = held.morning(4), only(held.morning(5), 1)
    (special,) = looked_after(held, FIVE[1], first=4)
    assert (special.stop.is_special, special.call_for, special.pool_slot) == (True, "special", free)
    assert special.told_at is not None


def test_a_lower_rank_another_specialty_and_a_day_without_room_are_no_substitute(held: Scene) -> None:
    department = held.heart.department
    low = a_service(department, title="resident", name="住院医师门诊")
    high = a_service(department, title="chief", slot_class="expert_chief", name="主任医师门诊")
    held.morning(4, service=low)
    chosen = held.morning(6, service=high)
    (one,) = looked_after(held, FIVE[0])
    assert one.pool_slot in chosen


def test_a_day_on_which_a_limit_is_full_is_skipped_and_the_stopped_visit_itself_does_not_count(held: Scene) -> None:
    near, far = only(held.morning(4), 1), only(held.morning(6), 1)
    booked = held.booked(name=FIVE[0])
    for code in ("03.07", "04.03"):
        written = held.world.referral(booked.patient)
        place = held.world.place(4, code=code)
        book(referral=written.public_id, pool_slot=place.public_id, version=1, key=code, by=held.doctor)
    stop_clinic(held.wanted(half_day="am"), by=held.coordinator)
    sweep.look_after()

    one = Disruption.objects.get()
    assert (one.pool_slot, places_of(near).held) == (far, 0)
    choose.accept(one, expected_version=one.version, by=patient_of(one.booking))
    assert Booking.objects.filter(patient=booked.patient, status="booked").count() == 3


def test_another_hospital_that_restricts_the_patient_is_no_substitute_for_her(held: Scene) -> None:
    elsewhere = held.world.place(5, institution=held.world.other_hospital)
    with transaction.atomic():
        mirror.mirror([held.doctor.user.pk])
    made = stopped(held, *FIVE[:2])
    restricted = Restriction.objects.create(
        patient=made[0].booking.patient, institution=held.world.other_hospital, reason="未取号", valid_from=timezone.now(),
        valid_to=timezone.now() + timedelta(days=60), set_by=held.world.admin,
    )  # fmt: skip
    sweep.look_after()

    hers, other = (Disruption.objects.get(pk=one.pk) for one in made)
    assert (hers.pool_slot, hers.call_for) == (None, "no_substitute")
    assert other.pool_slot == elsewhere
    with pytest.raises(Refusal, match="banned"):
        choose.take_other(hers, elsewhere.public_id, expected_version=hers.version, by=patient_of(hers.booking))
    with transaction.atomic():
        advance(restricted, "lifted", by=SYSTEM, expected_version=1)
    assert choose.take_other(hers, elsewhere.public_id, expected_version=hers.version, by=patient_of(hers.booking)).status == "booked"


def test_a_substitute_whose_own_clinic_is_stopped_is_looked_for_again(held: Scene) -> None:
    first = only(held.morning(afternoon=True), 1)
    (one,) = looked_after(held, FIVE[0])
    second = held.morning(5)
    stop_clinic(held.wanted(half_day="pm"), by=held.coordinator)

    with pytest.raises(Refusal, match="slot_not_available"):
        choose.accept(one, expected_version=one.version, by=patient_of(one.booking))
    sweep.look_after()

    one.refresh_from_db()
    assert one.pool_slot in second
    assert (places_of(first).held, places_of(first).published) == (0, 0)
    assert texts("clinic_stopped_offer") == 2
    assert books_are_right()


def test_the_ordinary_way_out_ends_the_disruption_and_frees_the_place(held: Scene) -> None:
    place = only(held.morning(afternoon=True), 1)
    (one,) = looked_after(held, FIVE[0])

    cancel_by_resident(one.booking)
    sweep.look_after()

    one.refresh_from_db()
    assert (one.status, one.chosen_by) == ("declined", "resident")
    assert places_of(place).held == 0
    assert books_are_right()


def test_without_the_doctors_right_in_force_the_hospital_calls(held: Scene) -> None:
    held.morning(afternoon=True)
    made = stopped(held, FIVE[0])
    ReferralRight.objects.filter(pk=held.world.zhou.right_id).update(status="suspended", reason_code="leave")
    sweep.look_after()

    one = Disruption.objects.get(pk=made[0].pk)
    assert (one.pool_slot, one.call_for) == (None, "no_right")
    assert books_are_right()


def test_another_doctor_stands_in_and_nobody_moves(held: Scene) -> None:
    booked = held.booked(name=FIVE[0])
    chief = Practitioner.objects.create(
        institution=held.world.hospital, department=held.heart.department, name="丁替诊", staff_number="T1", title="chief"
    )
    asked = {"service": str(held.heart.public_id), "first_day": f"{booked.visit_date}", "last_day": "", "half_day": "am", "reason": "leave"}
    client = Client(headers=bearer(held.coordinator.user, held.coordinator.post))

    preview = client.get(reverse("stop_new"), asked | {"stand_in": str(chief.public_id), "preview": "1"})
    answer = client.post(reverse("stop_new"), asked | {"stand_in": str(chief.public_id)})

    assert (preview.context["kept"].bookings, answer.status_code) == (1, 302)
    booked.refresh_from_db()
    assert (held.session.practitioner, held.session.status, booked.status) == (chief, "planned", "booked")
    assert (texts("clinic_stand_in"), Disruption.objects.count()) == (1, 0)
    held.heart.title = "chief"
    held.heart.save()
    low = Practitioner.objects.create(
        institution=held.world.hospital, department=held.heart.department, name="齐低年", staff_number="T2", title="attending"
    )
    refused = client.post(reverse("stop_new"), asked | {"stand_in": str(low.public_id)})
    assert (refused.status_code, texts("clinic_stand_in")) == (400, 1)


def test_special_stops_are_counted_by_hospital_and_month(held: Scene) -> None:
    five_days_of_notice(held)
    made = looked_after(held, FIVE[0])

    (row,) = special_stops(held.coordinator, made[0].stop.first_day.year)

    assert (row.institution, row.stops, row.of_all, row.sessions, row.patients, row.settled) == (held.world.hospital, 1, 1, 1, 1, 0)
    assert special_stops(held.other, row.month.year) == []
    assert special_stops(held.world.district_admin, row.month.year) == [row]


def test_nobody_is_struck_for_a_clinic_that_did_not_take_place(held: Scene) -> None:
    (one,) = looked_after(held, FIVE[0])
    over = timezone.now() - timedelta(days=1)
    Booking.objects.filter(pk=one.booking_id).update(starts_at=over, ends_at=over + timedelta(minutes=30), visit_date=over.date())
    version = Booking.objects.get(pk=one.booking_id).version

    missed = report_noshow(one.booking.public_id, "no_word", expected_version=version, by=held.coordinator)
    sweep.look_after()

    one.refresh_from_db()
    assert (missed.status, Breach.objects.count(), one.status, one.chosen_by) == ("cancelled", 0, "not_reached", "system")
