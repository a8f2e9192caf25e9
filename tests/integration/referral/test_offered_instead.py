"""At every door where a place is chosen a refusal offers lawful ones instead, each with one button: consulting room, hospital, beds."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from clinics.models import PolicyRow
from referral.booking.asking import Wish as Asking
from referral.booking.asking import submit
from referral.booking.models import Booking
from referral.booking.next_visit import Wish as Next
from referral.booking.next_visit import book_next, next_places
from referral.cases.models import FollowKind
from referral.cases.submission_models import PlaceRequest
from referral.review.redirect import Wish, places_to_redirect_to, redirect
from reserved_pools.models import PoolSlot
from tests.cast import bearer, sign_in
from tests.cast_referral import BONES, SUGAR, today
from tests.cast_ways_out import Out, a_key, out
from tests.integration.beds.cast_beds import ward
from tests.integration.referral.test_lawful_offers import exception, restrict
from vault.models import Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
WHY = "四周后复查血压"


@pytest.fixture
def cast(db: None) -> Out:
    return out()


def written() -> tuple[int, ...]:
    claimed = sum(PoolSlot.objects.values_list("claimed", flat=True))
    return (Booking.objects.count(), Message.objects.count(), PlaceRequest.objects.count(), claimed)


def refused(act: Callable[[], Any]) -> Refusal:
    before = written()
    with pytest.raises(Refusal) as told:
        act()
    assert written() == before
    return told.value


def offered(refusal: Refusal) -> list[Any]:
    return [row["id"] for row in refusal.current["alternatives"]]


def crowded(cast: Out, patient: Any, day: int = 6) -> None:
    """Two visits of a day, elsewhere: the day is full for her."""
    for code in (SUGAR, BONES):
        cast.loop.booked(patient, days=day, code=code)


def horizon(cast: Out, days: str) -> None:
    PolicyRow.objects.create(
        parameter="booking_horizon_days", value=days, valid_from=today(), source="院内规则", status="in_force",
        institution=cast.world.hospital,
    )  # fmt: skip


def test_in_the_consulting_room_a_day_that_is_full_for_her_brings_other_days_of_the_hospital(client: Any, cast: Out) -> None:
    visit = cast.loop.attended()
    crowded(cast, visit.patient, 8)
    full, near, far = cast.direct(8), cast.direct(9), cast.direct(11)
    cast.place(10)
    cast.direct(10, institution=cast.world.other_hospital)
    how = {"key": a_key(), "by": cast.cardiologist}
    sign_in(client, cast.cardiologist.user, cast.cardiologist.post)
    sent = {"pool_slot": str(full.public_id), "kind": "next", "reason": WHY, "idempotency_key": a_key()}

    refusal = refused(lambda: book_next(visit.public_id, Next(full.public_id, FollowKind.NEXT, WHY), **how))
    page = client.post(reverse("next_visit", args=[visit.public_id]), sent)
    row = page.context["alternatives"][0]
    again = {"pool_slot": row["id"], "idempotency_key": row["idempotency_key"], **page.context["also"]}
    taken = client.post(reverse("next_visit", args=[visit.public_id]), again)

    assert [one.rule for one in refusal.violations] == ["R108"]
    assert offered(refusal) == [near.public_id, far.public_id]
    assert (page.status_code, page.context["also"], taken.status_code) == (422, {"kind": "next", "reason": WHY}, 302)
    assert page.context["strip"].before.on_day.count == 2
    assert f'value="{near.public_id}"' in page.content.decode()
    assert Booking.objects.get(pool_slot=near).referral.reason == WHY


def test_the_hospital_that_redirects_is_offered_its_own_lawful_places(client: Any, cast: Out) -> None:
    booking = cast.ahead(5)
    crowded(cast, booking.patient)
    full, near = cast.place(6), cast.place(7)
    cast.place(7, institution=cast.world.other_hospital)
    version = booking.referral.version
    address = reverse("review_redirect", args=[booking.referral.public_id])
    sign_in(client, cast.coordinator.user, cast.coordinator.post)
    sent = {"pool_slot": str(full.public_id), "reason": "换时间", "version": str(version), "idempotency_key": a_key()}

    refusal = refused(
        lambda: redirect(
            booking.referral.public_id, Wish(full.public_id, "换时间"), expected_version=version, key=a_key(), by=cast.coordinator
        )
    )
    page = client.post(address, sent)
    (row,) = page.context["alternatives"]
    again = {"pool_slot": row["id"], "version": str(version), "idempotency_key": row["idempotency_key"], **page.context["also"]}
    taken = client.post(address, again)

    assert ([one.rule for one in refusal.violations], offered(refusal)) == (["R108"], [near.public_id])
    assert (page.status_code, taken.status_code) == (422, 302)
    assert page.context["strip"].before.missed is not None
    assert Booking.objects.get(pool_slot=near).moved_from == booking


def test_no_place_further_ahead_than_the_hospital_lets_book_is_listed(cast: Out) -> None:
    visit, booking = cast.loop.attended(), cast.ahead(5)
    near, moved = cast.direct(6), cast.place(6)
    cast.direct(9)
    cast.place(9)
    horizon(cast, "7")

    assert list(next_places(visit, FollowKind.NEXT, cast.cardiologist)) == [near]
    assert list(places_to_redirect_to(booking))[-1] == moved
    assert (
        refused(
            lambda: book_next(visit.public_id, Next(cast.direct(8).public_id, FollowKind.NEXT, WHY), key=a_key(), by=cast.cardiologist)
        ).current["alternatives"][0]["id"]
        == near.public_id
    )


def test_no_place_her_limits_refuse_is_listed_in_the_consulting_room(client: Any, cast: Out, django_assert_max_num_queries: Any) -> None:
    visit = cast.loop.attended()
    crowded(cast, visit.patient, 9)
    cast.loop.booked(visit.patient, days=2)
    full, near, same, other = cast.direct(9), cast.direct(10), cast.direct(2), cast.direct(2, code=SUGAR)
    sign_in(client, cast.cardiologist.user, cast.cardiologist.post)
    address = reverse("next_visit", args=[visit.public_id])

    with django_assert_max_num_queries(16):
        listed = [list(next_places(visit, kind, cast.cardiologist)) for kind in (FollowKind.NEXT, FollowKind.OTHER)]
    page = client.get(address)
    api = client.get(f"/api/v1/bookings/{visit.public_id}/next-places", headers=bearer(cast.cardiologist.user, cast.cardiologist.post))

    assert listed == [[near], [other]]
    assert [place.pk for place in page.context["page"]] == [near.pk]
    assert [one["id"] for one in api.json()["results"]] == [str(near.public_id)]
    for place in (full, same):
        assert refused(
            lambda place=place: book_next(visit.public_id, Next(place.public_id, FollowKind.NEXT, WHY), key=a_key(), by=cast.cardiologist)
        ).violations


def test_no_place_her_limits_refuse_is_listed_for_a_redirect_unless_it_was_let_pass(
    client: Any, cast: Out, django_assert_max_num_queries: Any
) -> None:
    booking = cast.ahead(5)
    crowded(cast, booking.patient)
    same_day = cast.place(5, hour=10)  # the booking that gives way is not counted
    full, near = cast.place(6), cast.place(7)
    sign_in(client, cast.coordinator.user, cast.coordinator.post)

    with django_assert_max_num_queries(12):
        listed = set(places_to_redirect_to(booking))
    page = client.get(reverse("review_redirect", args=[booking.referral.public_id]))

    assert listed >= {same_day, near}
    assert full not in listed
    assert full.pk not in {place.pk for place in page.context["page"]}
    exception(cast, booking.referral, "R108")
    assert full in set(places_to_redirect_to(booking))


def test_where_one_hospital_restricts_her_the_bed_of_another_is_asked_for_with_one_button(client: Any) -> None:
    held = ward()
    world = held.loop.world
    there = held.service(name="心内科单人间", room=world.department(world.other_hospital))
    held.day(3)
    other = held.day(4, service=there)
    referral = world.referral()
    restrict(Out(held.loop, held.coordinator), referral.patient, world.hospital)
    how = bearer(world.zhou.user, world.zhou) | {"If-Match": 'W/"1"'}
    sign_in(client, world.zhou.user, world.zhou)
    sent = {"act": "ask", "service": str(held.bed.public_id), "note": "家属陪同", "version": "1"}

    refusal = refused(lambda: submit(referral.public_id, Asking(held.bed.public_id), expected_version=1, by=held.doctor))
    told = client.post(
        f"/api/v1/referrals/{referral.public_id}/submit", {"service": str(held.bed.public_id)}, content_type="application/json", headers=how
    ).json()
    page = client.post(reverse("book", args=[referral.public_id]), sent)
    (row,) = page.context["alternatives"]
    taken = client.post(reverse("book", args=[referral.public_id]), {**page.context["also"], "service": row["service"], "version": "1"})

    assert [one.rule for one in refusal.violations] == ["R027"]
    assert offered(refusal) == [other.public_id]
    assert [one["service"] for one in told["current"]["alternatives"]] == [str(there.public_id)]
    assert (page.status_code, taken.status_code) == (422, 302)
    assert f'name="service" value="{there.public_id}"' in page.content.decode()
    made = PlaceRequest.objects.get()
    assert (made.service, made.note) == (there, "家属陪同")
