"""The next and onward visits booked in the consulting room: a chain of its own that everything else works with (R120, R121)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from referral.booking.arrival import arrive
from referral.booking.cancel import cancel_by_hospital, cancel_by_referrer, cancel_by_resident
from referral.booking.corrections import undo_cancel, undo_cancel_by_resident, undo_until
from referral.booking.fulfilment import fulfil, undo_fulfilment
from referral.booking.models import Booking
from referral.booking.move import move
from referral.booking.next_visit import Wish, book_next, next_places
from referral.booking.proof import by_code
from referral.cases.models import FollowKind
from referral.cases.queries import referral_of, steps_open_to
from referral.cases.visit import report
from referral.credit.models import BookingBan
from referral.inbox.models import Notice
from referral.patients.models import Encounter
from referral.returns.send import send
from reserved_pools.models import CoolingPlace, PoolSlot
from tests.cast import sign_in
from tests.cast_loop import PLAN, REPORT
from tests.cast_referral import SUGAR, today
from tests.cast_ways_out import Out, a_key, fresh, out, unbalanced
from vault.models import Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
NEXT, SENIOR, OTHER, CONSULTATION = FollowKind.NEXT, FollowKind.SENIOR, FollowKind.OTHER, FollowKind.CONSULTATION


@pytest.fixture
def cast(db: None) -> Out:
    return out()


def booked(cast: Out, visit: Booking, place: PoolSlot, kind: FollowKind = NEXT, **changes: Any) -> Booking:
    wish = Wish(place.public_id, kind, changes.pop("reason", "四周后复查血压"))
    return fresh(book_next(visit.public_id, wish, **({"key": a_key(), "by": cast.cardiologist} | changes)))


def refused(cast: Out, visit: Booking, place: PoolSlot, code: str, kind: FollowKind = NEXT, **changes: Any) -> Refusal:
    before = (Booking.objects.count(), Message.objects.count(), Encounter.objects.count())
    with pytest.raises(Refusal) as told:
        booked(cast, visit, place, kind, **changes)
    place.refresh_from_db()
    assert told.value.code == code, told.value
    assert (Booking.objects.count(), Message.objects.count(), Encounter.objects.count()) == before
    assert place.claimed == 0
    return told.value


def test_the_next_visit_is_a_referral_of_its_own_that_follows_the_first(cast: Out) -> None:
    visit, place = cast.loop.attended(), cast.direct()

    made = booked(cast, visit, place)

    referral = made.referral
    assert (made.status, made.mode, made.right_id, made.post) == ("booked", "in_consultation", None, cast.cardiologist.post)
    assert (referral.status, referral.follows, referral.follow_kind) == ("booked", visit.referral, "next")
    assert (referral.owner, referral.institution, referral.reason) == (cast.world.zhou, cast.world.centre, "四周后复查血压")
    assert referral.number != visit.number
    place.refresh_from_db()
    assert place.claimed == 1
    assert Message.objects.get(about=made.public_id).template == "referral_booked"
    assert Notice.objects.get(kind="booking_next").user == cast.world.zhou.user
    assert referral_of(cast.doctor, referral.public_id) == referral
    assert unbalanced() == []


def test_arrival_report_and_return_work_unchanged_for_it(cast: Out) -> None:
    visit = cast.loop.attended()
    made = booked(cast, visit, cast.direct())
    now = timezone.now()
    Booking.objects.filter(pk=visit.pk).update(visit_date=today() - timedelta(days=28))
    Booking.objects.filter(pk=made.pk).update(visit_date=today(), starts_at=now, ends_at=now + timedelta(minutes=30))

    arrive(made.public_id, by_code(made.confirmation_code), expected_version=1, by=cast.loop.clerk)
    fulfil(made.public_id, expected_version=2, by=cast.cardiologist)
    report(made.referral.public_id, REPORT, expected_version=fresh(made).referral.version, by=cast.cardiologist)
    sent = send(made.referral.public_id, PLAN, expected_version=fresh(made).referral.version, by=cast.cardiologist)

    assert sent.to_institution == cast.world.centre
    again = booked(cast, made, cast.direct(8))  # a chain goes on, its limits are still those of the first booking's district
    assert again.referral.follows == made.referral


@pytest.mark.parametrize("kind", [NEXT, SENIOR, OTHER, CONSULTATION])
def test_each_kind_has_its_own_places(cast: Out, kind: FollowKind) -> None:
    visit = cast.loop.attended()
    places = {
        NEXT: cast.direct(title="attending"), SENIOR: cast.direct(title="chief"), OTHER: cast.direct(code=SUGAR),
    }  # fmt: skip
    cast.place()  # the family doctors' places are none of them
    elsewhere = cast.direct(institution=cast.world.other_hospital)
    fits = {NEXT: {NEXT, SENIOR}, SENIOR: {SENIOR}, OTHER: {OTHER}, CONSULTATION: {NEXT, SENIOR, OTHER}}[kind]

    assert {place.pk for place in next_places(visit, kind, cast.cardiologist)} == {places[one].pk for one in fits}
    for one, place in places.items():
        if one not in fits:
            refused(cast, visit, place, "invalid_input", kind)
    refused(cast, visit, elsewhere, "not_found", kind)
    assert booked(cast, visit, places[min(fits, key=str)], kind).referral.follow_kind == kind


def test_the_family_doctors_places_are_not_given_away(cast: Out) -> None:
    refused(cast, cast.loop.attended(), cast.place(), "not_found")


def test_it_is_judged_by_limits_bans_horizon_and_cut_off(cast: Out) -> None:
    visit = cast.loop.attended()

    assert refused(cast, visit, cast.direct(20), "outside_horizon").violations[0].rule == "R106"
    refused(cast, visit, cast.direct(0), "past_cutoff")
    for ahead in (5, 6):
        booked(cast, visit, cast.direct(ahead, code=SUGAR), CONSULTATION)
    refused(cast, visit, cast.direct(5), "limit_reached")  # with today's visit three in seven days
    now = timezone.now()
    BookingBan.objects.create(
        patient=visit.patient, district=cast.world.district, policy={}, valid_from=now - timedelta(days=1),
        valid_to=now + timedelta(days=60),
    )  # fmt: skip
    refused(cast, visit, cast.direct(12), "banned")


def test_neither_right_nor_contract_nor_fresh_visit_is_asked(cast: Out) -> None:
    visit = cast.loop.attended()
    visit.patient.contracts.update(valid_to=today())
    visit.referral.encounter.__class__.objects.filter(pk=visit.referral.encounter_id).update(seen_at=timezone.now() - timedelta(days=40))
    visit.right.__class__.objects.filter(pk=visit.right_id).update(status="suspended", reason_code="leave")

    assert booked(cast, visit, cast.direct()).status == "booked"


def test_only_after_the_visit_only_with_a_reason_and_only_by_its_department(cast: Out) -> None:
    arrived, visit = cast.loop.arrived(), cast.loop.attended()

    refused(cast, arrived, cast.direct(), "not_seen_yet")
    assert refused(cast, visit, cast.direct(), "invalid_input", reason=" ").violations[0].field == "reason"
    refused(cast, visit, cast.direct(), "invalid_input", reason="长" * 101)
    refused(cast, visit, cast.direct(), "invalid_input", FollowKind.NONE)
    refused(cast, visit, cast.direct(), "not_allowed", by=cast.doctor)
    refused(cast, visit, cast.direct(), "not_allowed", by=cast.loop.clerk)
    refused(cast, visit, cast.direct(places=0), "slot_not_available")


def test_one_key_books_one_next_visit(cast: Out) -> None:
    visit, place, key = cast.loop.attended(), cast.direct(), a_key()

    first, again = booked(cast, visit, place, key=key), booked(cast, visit, place, key=key)

    assert first == again
    with pytest.raises(Refusal, match="idempotency_mismatch"):
        booked(cast, visit, cast.direct(8), key=key)


def test_cancelling_it_ends_its_referral_and_the_visit_can_be_taken_back_only_then(cast: Out) -> None:
    visit = cast.loop.attended()
    made = booked(cast, visit, cast.direct())
    with pytest.raises(Refusal, match="visit_led_on"):
        undo_fulfilment(visit.public_id, expected_version=visit.version, by=cast.cardiologist)
    with pytest.raises(Refusal, match="not_movable"):
        move(made.public_id, pool_slot=cast.place().public_id, expected_version=1, key=a_key(), by=cast.doctor)

    cancelled = cancel_by_hospital(made.public_id, expected_version=1, reason="mistake", by=cast.cardiologist)

    assert (cancelled.referral.status, fresh(made).pool_slot.cooling) == ("cancelled", 1)
    assert undo_fulfilment(visit.public_id, expected_version=visit.version, by=cast.cardiologist).status == "arrived"
    other = booked(cast, cast.loop.attended(), cast.direct(7))
    assert cancel_by_referrer(other.public_id, expected_version=1, reason="patient", by=cast.doctor).referral.status == "cancelled"


BACK: dict[str, Any] = {
    "the doctor who booked it": (
        lambda cast, b: cancel_by_hospital(b.public_id, expected_version=1, reason="mistake", by=cast.cardiologist),
        lambda cast, b: undo_cancel(b.public_id, expected_version=2, by=cast.cardiologist),
    ),
    "the hospital's coordinator": (
        lambda cast, b: cancel_by_hospital(b.public_id, expected_version=1, reason="mistake", by=cast.coordinator),
        lambda cast, b: undo_cancel(b.public_id, expected_version=2, by=cast.coordinator),
    ),
    "the family doctor": (
        lambda cast, b: cancel_by_referrer(b.public_id, expected_version=1, reason="mistake", by=cast.doctor),
        lambda cast, b: undo_cancel(b.public_id, expected_version=2, by=cast.doctor),
    ),
    "the resident": (lambda _cast, b: cancel_by_resident(b), lambda _cast, b: undo_cancel_by_resident(fresh(b))),
}


@pytest.mark.parametrize("who", BACK)
def test_its_cancellation_is_taken_back_with_its_referral_by_who_pressed_it(cast: Out, who: str) -> None:
    made = booked(cast, cast.loop.attended(), cast.direct())
    cancel, undo = BACK[who]
    cancel(cast, made)
    people = {
        "the doctor who booked it": cast.cardiologist,
        "the hospital's coordinator": cast.coordinator,
        "the family doctor": cast.doctor,
    }
    for name, other in people.items():
        if name != who:
            with pytest.raises(Refusal, match="not_allowed"):
                undo_cancel(made.public_id, expected_version=2, by=other)

    undo(cast, made)

    again = fresh(made)
    assert (again.status, again.version, again.cancel_cause, again.confirmation_code) == ("booked", 3, "", made.confirmation_code)
    assert (again.referral.status, again.pool_slot.claimed, again.pool_slot.cooling) == ("booked", 1, 0)
    assert Message.objects.filter(about=made.public_id).order_by("-pk")[0].template == "referral_restored"
    assert unbalanced() == []


def test_it_stays_cancelled_once_others_may_have_the_place_or_nothing_stands_before_it(cast: Out) -> None:
    visit = cast.loop.attended()
    gone, groundless = booked(cast, visit, cast.direct()), booked(cast, cast.loop.attended(), cast.direct(7))
    for one in (gone, groundless):
        cancel_by_hospital(one.public_id, expected_version=1, reason="mistake", by=cast.cardiologist)
    CoolingPlace.objects.filter(pool_slot=gone.pool_slot).delete()
    before = Booking.objects.get(referral=groundless.referral.follows, status="fulfilled")
    undo_fulfilment(before.public_id, expected_version=before.version, by=cast.cardiologist)

    for one, code in ((gone, "slot_not_available"), (groundless, "stale_state")):
        with pytest.raises(Refusal, match=code):
            undo_cancel(one.public_id, expected_version=2, by=cast.cardiologist)

    assert [(fresh(one).status, fresh(one).referral.status) for one in (gone, groundless)] == [("cancelled", "cancelled")] * 2
    assert undo_until(fresh(gone), cast.cardiologist.actor) is not None  # within the minutes it was, but for the place


def test_it_is_judged_again_by_the_rules_of_the_consulting_room(cast: Out) -> None:
    made = booked(cast, cast.loop.attended(), cast.direct())
    made.patient.contracts.update(valid_to=today())  # a contract is not asked for here
    cancel_by_hospital(made.public_id, expected_version=1, reason="mistake", by=cast.cardiologist)
    now = timezone.now()
    ban = BookingBan.objects.create(
        patient=made.patient, district=cast.world.district, policy={}, valid_from=now - timedelta(days=1),
        valid_to=now + timedelta(days=60),
    )  # fmt: skip

    with pytest.raises(Refusal, match="banned"):
        undo_cancel(made.public_id, expected_version=2, by=cast.cardiologist)

    BookingBan.objects.filter(pk=ban.pk).update(valid_to=now - timedelta(hours=1))
    assert undo_cancel(made.public_id, expected_version=2, by=cast.cardiologist).referral.status == "booked"


def test_the_page_that_cancelled_it_offers_the_way_back(cast: Out) -> None:
    made, browser = booked(cast, cast.loop.attended(), cast.direct()), Client()
    sign_in(browser, cast.cardiologist.user, cast.cardiologist.post)
    at, undo = (reverse(name, args=[made.public_id]) for name in ("booking_release", "booking_undo_cancel"))

    browser.post(at, {"reason": "mistake", "note": "", "version": 1})
    offered = browser.get(at).content.decode()
    back = browser.post(undo, {"version": 2})

    assert undo in offered
    assert (back["Location"], fresh(made).status) == (at, "booked")
    assert steps_open_to(cast.doctor, cast.world.referral()) != []
    ended = cast.ahead()
    cancel_by_referrer(ended.public_id, expected_version=1, reason="died", ends_case=True, by=cast.doctor)
    assert list(steps_open_to(cast.doctor, fresh(ended).referral)) == []
