"""What is agreed about a stopped visit: a call asked for stays asked for, whoever booked is told, and nobody is stuck (R126, R127)."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinics import mirror
from clinics.models import ClinicStop
from referral.booking.book import book
from referral.booking.models import Booking
from referral.credit.models import Restriction
from referral.disruptions import candidates, choose, sweep
from referral.disruptions.models import Disruption
from referral.disruptions.negotiate import ask_for_call, for_hospital
from referral.disruptions.queries import times_for
from referral.disruptions.special import special_stops
from referral.disruptions.stop import stop_clinic
from referral.inbox.models import Notice
from referral.news.sms_words import State
from referral.patients.models import Patient
from tests.cast import bearer
from tests.cast_clinics import a_service, places_of
from tests.cast_stops import Scene, day, scene
from tests.cast_substitutes import BOOKER, books_are_right, looked_after, only, patient_of, stopped, with_booker
from vault.models import Message
from vault.refusal import Refusal
from vault.states import advance

pytestmark = pytest.mark.django_db


@pytest.fixture
def held() -> Scene:
    return scene()


def told_to(phone: str) -> list[str]:
    rows = Message.objects.order_by("pk")
    return [one.template for one in rows if one.phone == phone]


def coordinator(held: Scene) -> Client:
    return Client(headers=bearer(held.coordinator.user, held.coordinator.post))


def fresh(one: Disruption) -> Disruption:
    return Disruption.objects.select_related("booking__referral", "booking__patient").get(pk=one.pk)


def arrived(held: Scene, one: Disruption) -> Disruption:
    """She stands at the hospital: nobody reached her in time."""
    with transaction.atomic():
        advance(one.booking, "arrived", by=held.clerk.actor)
    sweep.look_after()
    return fresh(one)


def test_whoever_booked_is_told_of_the_stop_and_of_what_came_of_it(held: Scene) -> None:
    moved, given_up = (with_booker(held.booked(slot, name)) for slot, name in zip(held.slots, ("陈秀兰", "李国强"), strict=False))
    Patient.objects.filter(pk=moved.patient_id).update(phone="", phone_hash="", phone_tail="", landline_tail="0001")
    held.morning(5)
    stop_clinic(held.wanted(half_day="am"), by=held.coordinator)
    sweep.look_after()
    sweep.look_after()
    first, second = Disruption.objects.order_by("pk")

    assert told_to(BOOKER) == ["booker_stopped", "booker_stopped"]
    new = choose.accept(first, expected_version=first.version, by=for_hospital(held.coordinator))
    choose.decline(second, expected_version=second.version, by=patient_of(given_up))

    assert told_to(BOOKER)[2:] == ["booker_booked", "booker_cancelled"]
    assert new.confirmation_code not in "".join(one.params for one in Message.objects.filter(template__startswith="booker"))


def test_a_visit_of_the_consulting_room_that_is_given_up_ends_its_referral(held: Scene) -> None:
    (one,) = looked_after(held, "陈秀兰")
    Booking.objects.filter(pk=one.booking_id).update(mode="in_consultation")

    page = coordinator(held).get(reverse("disruption", args=[one.public_id]))
    choose.decline(one, expected_version=one.version, by=patient_of(one.booking))

    booking = Booking.objects.select_related("referral").get(pk=one.booking_id)
    assert (booking.status, booking.cancel_cause, booking.referral.status) == ("cancelled", "stopped", "cancelled")
    assert page.context["ends_case"] is True
    assert told_to(booking.patient.phone)[-1] == "next_cancelled_by_hospital"
    assert Notice.objects.filter(kind="booking_cancelled", about=booking.public_id).exists()


def test_a_call_that_was_asked_for_stays_asked_for(held: Scene) -> None:
    early, late = stopped(held, "陈秀兰", "李国强")
    ask_for_call(early, expected_version=early.version, by=patient_of(early.booking))
    first = held.morning(afternoon=True)

    sweep.look_after()
    early, late = fresh(early), fresh(late)
    ask_for_call(late, expected_version=late.version, by=patient_of(late.booking))
    held.morning(5)
    stop_clinic(held.wanted(half_day="pm"), by=held.coordinator)
    sweep.look_after()

    assert (early.pool_slot in first, early.call_for, fresh(early).call_for, fresh(late).call_for) == (True, *["wants_other"] * 3)
    assert [places_of(one).held for one in first] == [0] * len(first)


def test_an_offer_that_never_left_is_followed_by_the_word_of_the_stop(held: Scene) -> None:
    held.morning(afternoon=True)
    unsent, sent = looked_after(held, "陈秀兰", "李国强")
    Message.objects.filter(about=sent.public_id).update(state="sent", settled_at=timezone.now())
    page = reverse("disruption", args=[unsent.public_id]), reverse("disruption", args=[sent.public_id])
    shown = [coordinator(held).get(url).context["message"][0] for url in page]
    assert shown == [State.QUEUED.label, State.SENT.label]
    Disruption.objects.update(held_until=timezone.now() - timedelta(seconds=1))

    sweep.look_after()

    assert told_to(unsent.booking.patient.phone)[-2:] == ["clinic_stopped_offer", "clinic_stopped_call"]
    assert told_to(sent.booking.patient.phone)[-1:] == ["clinic_stopped_offer"]


def test_a_full_day_with_many_places_does_not_hide_the_free_one_behind_it(held: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "LOOKED_AT", 2)
    held.morning(4)
    free = only(held.morning(6), 1)
    booked = held.booked(name="陈秀兰")
    for code in ("03.07", "04.03"):
        written = held.world.referral(booked.patient)
        place = held.world.place(4, code=code)
        book(referral=written.public_id, pool_slot=place.public_id, version=1, key=code, by=held.doctor)
    stop_clinic(held.wanted(half_day="am"), by=held.coordinator)

    assert {time.visit_date for time in times_for(Disruption.objects.get())} == {day(6)}
    sweep.look_after()

    assert Disruption.objects.get().pool_slot == free


def test_a_hospital_that_restricts_the_patient_is_not_among_the_other_times(held: Scene) -> None:
    held.world.place(5, institution=held.world.other_hospital)
    with transaction.atomic():
        mirror.mirror([held.doctor.user.pk])
    hers, other = stopped(held, "陈秀兰", "李国强")
    Restriction.objects.create(
        patient=hers.booking.patient, institution=held.world.other_hospital, reason="未取号", valid_from=timezone.now(),
        valid_to=timezone.now() + timedelta(days=60), set_by=held.world.admin,
    )  # fmt: skip

    assert (len(times_for(hers)), len(times_for(other))) == (0, 1)


def test_who_has_arrived_at_a_stopped_clinic_is_seen_moved_or_sent_home_by_the_hospital(held: Scene) -> None:
    high = a_service(held.heart.department, title="chief", slot_class="expert_chief", name="主任医师门诊")
    places = held.morning(5, service=high)
    first, *others = stopped(held, "陈秀兰", "李国强", "王桂英")
    seen = arrived(held, first)
    sweep.look_after()
    moved, home = (arrived(held, fresh(one)) for one in others)
    assert {one.call_for for one in (seen, moved, home)} == {"here_already"}
    with pytest.raises(Refusal, match="stale_state") as said:
        choose.decline(seen, expected_version=seen.version, by=patient_of(seen.booking))
    assert said.value.message == choose.HERE
    by, client = for_hospital(held.coordinator), coordinator(held)
    page = client.get(reverse("disruption", args=[seen.public_id]))
    assert (page.context["is_here"], bool(page.context["times"])) == (True, True)

    done = client.post(reverse("disruption", args=[seen.public_id]), {"act": "seen", "version": seen.version, "note": "由丁主任接诊"})
    new = choose.take_other(moved, places[0].public_id, expected_version=moved.version, by=by)
    choose.settle_otherwise(home, note="患者先回家，下周再来", expected_version=home.version, by=by)

    seen, moved, home = fresh(seen), fresh(moved), fresh(home)
    assert (done.status_code, seen.status, seen.note, seen.booking.status) == (302, "negotiated", "由丁主任接诊", "arrived")
    assert (moved.status, moved.booking.status, new.status) == ("negotiated", "cancelled", "booked")
    assert (home.status, home.booking.status, home.booking.referral.status) == ("negotiated", "cancelled", "draft")
    assert not client.get(reverse("disruptions")).context["lines"]
    assert books_are_right()


def test_only_who_has_arrived_is_seen_here(held: Scene) -> None:
    (one,) = looked_after(held, "陈秀兰")

    with pytest.raises(Refusal, match="stale_state"):
        choose.seen_here(one, note="由丁主任接诊", expected_version=one.version, by=for_hospital(held.coordinator))

    assert fresh(one).status == "open"


def test_after_an_agreement_no_message_says_cancelled_unless_the_hospital_wants_it(held: Scene) -> None:
    agreed, unreached, program = looked_after(held, "陈秀兰", "李国强", "王桂英")
    client = coordinator(held)
    for one, more in ((agreed, {}), (unreached, {"tell_patient": "1"})):
        asked = {"act": "settle", "version": one.version, "note": "本院加号"} | more
        assert client.post(reverse("disruption", args=[one.public_id]), asked).status_code == 302
    settle = reverse("api_disruption_settle", args=[program.public_id])
    body, tag = {"note": "多次未接通", "tell_patient": True}, {"If-Match": f'W/"{program.version}"'}
    assert client.post(settle, body, "application/json", headers=tag).status_code == 200

    told = [told_to(one.booking.patient.phone)[-1] for one in (agreed, unreached, program)]
    assert told == ["clinic_stopped_call", "referral_cancelled", "referral_cancelled"]
    assert [fresh(one).status for one in (agreed, unreached, program)] == ["negotiated", "not_reached", "not_reached"]
    ClinicStop.objects.update(is_special=True)
    (row,) = special_stops(held.coordinator, agreed.stop.first_day.year)
    assert (row.patients, row.settled) == (3, 1)
