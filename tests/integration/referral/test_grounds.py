"""A refusal cites what decided its value: the district's or the hospital's own decision, or a default nobody chose (R140)."""

from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from clinics.models import PolicyRow
from clinics.parameters import NOT_CHOSEN
from referral.booking.book import book
from referral.booking.cancel import cancel_by_referrer
from referral.booking.models import Booking
from referral.credit.models import BookingBan
from reserved_pools.models import PoolSlot
from tests.cast import bearer, sign_in
from tests.cast_referral import BONES, SUGAR, World, today, world
from tests.nothing_written import refused
from vault.refusal import Refusal, Violation

pytestmark = pytest.mark.django_db
SOURCE, WORDS = "区卫健委〔2026〕12号", "同一就诊日限约1次"


@pytest.fixture
def cast(db: None) -> World:
    return world()


def row(parameter: str, value: str, **owner: Any) -> PolicyRow:
    held = {"source": SOURCE, "quote": WORDS, "status": "in_force", "valid_from": today() - timedelta(days=1)}
    return PolicyRow.objects.create(parameter=parameter, value=value, **(held | owner))


def booked(cast: World, place: PoolSlot, referral: Any = None) -> Booking:
    referral = referral or cast.referral()
    made = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=cast.doctor)
    return Booking.objects.get(public_id=made)


def violation_of(code: str, cast: World, place: PoolSlot, referral: Any = None) -> Violation:
    """What is told when this place is refused to the referral; nothing was written."""
    referral = referral or cast.referral()
    with translation.override("zh-hans"):
        return refused(code, lambda: booked(cast, place, referral)).violations[0]


def test_a_limit_the_district_set_is_cited_with_its_decision_on_the_page_and_to_programs(client: Any, cast: World) -> None:
    row("limit_per_day", "1", district=cast.district)
    patient = cast.patient()
    booked(cast, cast.place(code=SUGAR), cast.referral(patient))
    referral, place = cast.referral(patient), cast.place(code=BONES, hour=10)
    sent = {"pool_slot": str(place.public_id), "version": "1", "idempotency_key": str(uuid4())}
    how = bearer(cast.zhou.user, cast.zhou) | {"Idempotency-Key": str(uuid4()), "If-Match": 'W/"1"'}
    address = f"/api/v1/referrals/{referral.public_id}/bookings"

    violation = violation_of("limit_reached", cast, place, referral)
    told = client.post(address, {"pool_slot": str(place.public_id)}, content_type="application/json", headers=how).json()
    sign_in(client, cast.zhou.user, cast.zhou)
    page = client.post(reverse("book", args=[referral.public_id]), sent).content.decode()

    assert (violation.rule, violation.count, violation.limit) == ("R108", 1, 1)
    assert (violation.source, violation.article, violation.quote) == (SOURCE, "", WORDS)
    (said,) = told["violations"]
    assert (said["rule"], said["source"], said["quote"], "article" in said) == ("R108", SOURCE, WORDS, False)
    assert SOURCE in page
    assert WORDS in page
    assert "不得超过2次" not in page


def test_a_decision_without_words_is_cited_by_name_alone(client: Any, cast: World) -> None:
    row("booking_horizon_days", "5", institution=cast.hospital, quote="")
    referral, place = cast.referral(), cast.place(6)
    sent = {"pool_slot": str(place.public_id), "version": "1", "idempotency_key": str(uuid4())}
    sign_in(client, cast.zhou.user, cast.zhou)

    violation = violation_of("outside_horizon", cast, place, referral)
    page = client.post(reverse("book", args=[referral.public_id]), sent).content.decode()

    assert (violation.source, violation.quote, violation.limit) == (SOURCE, "", 5)
    assert SOURCE in page
    assert "<q" not in page


def test_a_hospitals_earlier_hour_is_named_where_booking_is_closed(cast: World) -> None:
    row("booking_cutoff", "00:00", institution=cast.hospital, quote="就诊前一日零时截止")

    violation = violation_of("past_cutoff", cast, cast.place(1))

    assert (violation.rule, violation.source, violation.quote) == ("R107", SOURCE, "就诊前一日零时截止")
    assert "00:00" in violation.message
    assert "15" not in violation.message


def test_too_late_to_cancel_names_the_hour_of_the_booking_and_the_decision_behind_it(cast: World) -> None:
    made = row("cancel_cutoff", "11:30", institution=cast.hospital, quote="就诊前一日11时30分前取消")
    booking = booked(cast, cast.place())
    at = timezone.now() - timedelta(minutes=1)
    Booking.objects.filter(pk=booking.pk).update(cancel_until=at)

    with translation.override("zh-hans"), pytest.raises(Refusal) as told:
        cancel_by_referrer(booking.public_id, expected_version=1, reason="patient", by=cast.doctor)

    (violation,) = told.value.violations
    assert booking.policy["cancel_cutoff"]["row"] == made.pk
    assert timezone.localtime(booking.cancel_until).time() == time(11, 30)
    assert (violation.rule, violation.source, violation.quote) == ("R022", SOURCE, "就诊前一日11时30分前取消")
    assert f"{timezone.localtime(at):%H:%M}" in violation.message


def test_a_default_after_the_draft_says_that_the_district_has_not_chosen_it(client: Any, cast: World) -> None:
    place = cast.place(17)
    sign_in(client, cast.admin)

    violation = violation_of("outside_horizon", cast, place)
    page = client.get(reverse("policy")).content.decode()
    row("booking_horizon_days", "14", district=cast.district, quote="两周以内")
    chosen = violation_of("outside_horizon", cast, place)

    with translation.override("zh-hans"):
        unchosen = str(NOT_CHOSEN)
    assert (violation.rule, violation.source, violation.article) == ("R106", unchosen, "第十七条")
    assert "两周以内" in violation.quote
    assert unchosen in page
    assert (chosen.source, chosen.quote) == (SOURCE, "两周以内")


def banned(cast: World) -> Any:
    """A referral of somebody on the list, whose ban covers referral too."""
    referral, now = cast.referral(), timezone.now()
    BookingBan.objects.create(
        patient=referral.patient, district=cast.district, valid_from=now - timedelta(days=1), valid_to=now + timedelta(days=60), policy={}
    )  # fmt: skip
    return referral


def test_what_a_ban_covers_is_cited_from_whoever_decided_it(cast: World) -> None:
    referral, place = banned(cast), cast.place()

    by_default = violation_of("banned", cast, place, referral)
    row("no_show_ban_covers", "booking_and_referral", district=cast.district, quote="违约名单期间停止预约转诊")
    chosen = violation_of("banned", cast, place, referral)
    PolicyRow.objects.update(value="booking")
    since = violation_of("banned", cast, place, referral)

    with translation.override("zh-hans"):
        unchosen = str(NOT_CHOSEN)
    assert (by_default.rule, by_default.source, by_default.article) == ("R136", unchosen, "第三十二条")
    assert (chosen.source, chosen.article, chosen.quote) == (SOURCE, "", "违约名单期间停止预约转诊")
    assert (since.rule, since.article) == ("R136", "第三十二条"), "a ban stands as it was made"
    assert Booking.objects.count() == 0
