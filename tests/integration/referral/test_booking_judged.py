"""What besides times and limits decides a booking: lists, documents, signs, hours, exceptions; and what a doctor sees of it before."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from clinics.mirror import mirror
from clinics.models import PolicyRow
from permissions.identity.documents import parse_document
from referral.booking.before import counts_before
from referral.booking.book import book
from referral.booking.models import Booking
from referral.booking.override_models import RuleOverride
from referral.cases.models import Referral
from referral.credit.models import BookingBan, Restriction
from referral.patients.control_models import ControlledIdentity
from referral.patients.models import Guardian, Patient
from reserved_pools.models import PoolSlot
from tests.cast import bearer, sign_in
from tests.cast_referral import BONES, SUGAR, World, resident_number, today, world
from vault.crypto import keyed_hash
from vault.models import AuditEntry, Event, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(django_db_setup: None, db: None) -> World:
    made = world()
    with transaction.atomic():
        mirror([made.zhou.user_id])
    return made


def booked(cast: World, referral: Referral, place: PoolSlot) -> UUID:
    return book(referral=referral.public_id, pool_slot=place.public_id, version=referral.version, key=str(uuid4()), by=cast.doctor)


def refused(cast: World, referral: Referral, place: PoolSlot) -> Refusal:
    """The refusal; nothing was claimed, written or sent for it."""
    before = (Booking.objects.count(), Message.objects.count(), Event.objects.count())
    with pytest.raises(Refusal) as told:
        booked(cast, referral, place)
    place.refresh_from_db()
    assert (place.claimed, (Booking.objects.count(), Message.objects.count(), Event.objects.count())) == (0, before)
    return told.value


def exception(cast: World, referral: Referral, rule: str, **fields: Any) -> RuleOverride:
    held = {
        "reason": "病情需要", "evidence": "会诊意见", "status": "granted", "asked_by": cast.zhou.user, "decided_by": cast.admin,
        "valid_to": timezone.now() + timedelta(days=3),
    }  # fmt: skip
    return RuleOverride.objects.create(referral=referral, rule=rule, **(held | fields))


def a_full_day(cast: World, patient: Patient) -> None:
    for code, hour in ((SUGAR, 8), (BONES, 10)):
        booked(cast, cast.referral(patient), cast.place(code=code, hour=hour))


def ban(cast: World, patient: Patient, **fields: Any) -> BookingBan:
    now = timezone.now()
    held = {"valid_from": now - timedelta(days=1), "valid_to": now + timedelta(days=60), "policy": {}}
    return BookingBan.objects.create(patient=patient, district=cast.district, **(held | fields))


def test_somebody_on_the_list_is_refused_with_its_last_day_and_no_other_time_is_offered(cast: World) -> None:
    patient = cast.patient()
    held = ban(cast, patient)

    refusal = refused(cast, cast.referral(patient), cast.place())

    (violation,) = refusal.violations
    last = timezone.localdate(held.valid_to)
    assert (refusal.code, violation.rule, violation.next_date) == ("banned", "R136", last + timedelta(days=1))
    assert str(last.year) in violation.message
    assert "alternatives" not in refusal.current


@pytest.mark.parametrize("change", ["over", "not begun", "lifted", "of booking by oneself"])
def test_a_list_that_does_not_hold_today_or_not_for_referrals_stops_nothing(cast: World, change: str) -> None:
    patient, now = cast.patient(), timezone.now()
    changes: dict[str, dict[str, Any]] = {
        "over": {"valid_to": now},
        "not begun": {"valid_from": now + timedelta(hours=1)},
        "lifted": {"status": "lifted"},
        "of booking by oneself": {"covers": "booking"},
    }
    ban(cast, patient, **changes[change])

    assert booked(cast, cast.referral(patient), cast.place())


def test_a_hospital_that_restricts_somebody_is_no_place_for_her_and_another_one_is(cast: World) -> None:
    patient, now = cast.patient(), timezone.now()
    Restriction.objects.create(
        patient=patient, institution=cast.hospital, reason="多次未取号", valid_from=now, valid_to=now + timedelta(days=30),
        set_by=cast.admin,
    )  # fmt: skip
    place, elsewhere = cast.place(), cast.place(institution=cast.other_hospital)
    cast.place(5)

    refusal = refused(cast, cast.referral(patient), place)

    assert [(one.code, one.rule) for one in refusal.violations] == [("banned", "R027")]
    assert [row["id"] for row in refusal.current["alternatives"]] == [elsewhere.public_id]
    assert booked(cast, cast.referral(patient), elsewhere)


def control(cast: World, number_hash: str, **fields: Any) -> ControlledIdentity:
    held = {
        "type": "resident_id", "tail": "0026", "reason_code": "leaked", "evidence": "派出所来函", "status": "in_force",
        "entered_by": cast.admin, "approved_by": cast.zhou.user,
    }  # fmt: skip
    return ControlledIdentity.objects.create(district=cast.district, number_hash=number_hash, **(held | fields))


def test_a_controlled_document_blocks_and_only_the_district_is_named(cast: World) -> None:
    patient = cast.patient()
    control(cast, patient.identifiers.get().number_hash)

    with translation.override("zh-hans"):
        refusal = refused(cast, cast.referral(patient), cast.place())

    (violation,) = refusal.violations
    assert (violation.code, violation.rule) == ("banned", "R014")
    assert "西城区" in violation.message
    assert "派出所" not in violation.message + violation.remedy


def test_a_guardians_controlled_document_blocks_the_child(cast: World) -> None:
    child = cast.patient()
    document = parse_document("resident_id", resident_number(998))
    Guardian.objects.create(
        patient=child, name="王芳", document_type=document.type, number=document.number, lookup=document.key,
        number_hash=keyed_hash(document.key, "identity"), tail=document.tail, relation="母亲",
    )  # fmt: skip
    control(cast, keyed_hash(document.key, "identity"), status="lift_asked")

    assert refused(cast, cast.referral(child), cast.place()).code == "banned"


@pytest.mark.parametrize(
    "change", [{"status": "proposed"}, {"status": "lifted"}, {"valid_to": today()}], ids=["proposed", "lifted", "over"]
)
def test_a_document_that_is_not_controlled_now_stops_nothing(cast: World, change: dict[str, Any]) -> None:
    patient = cast.patient()
    control(cast, patient.identifiers.get().number_hash, **change)

    assert booked(cast, cast.referral(patient), cast.place())


def test_an_exception_lets_one_booking_pass_is_used_up_by_it_and_frozen_on_it(cast: World) -> None:
    patient = cast.patient()
    a_full_day(cast, patient)
    referral = cast.referral(patient)
    used, kept = exception(cast, referral, "R108"), exception(cast, referral, "R118")

    booking = Booking.objects.get(public_id=booked(cast, referral, cast.place(hour=14)))

    used.refresh_from_db()
    kept.refresh_from_db()
    assert (used.status, used.used_by_id, used.version) == ("used", booking.pk, 2)
    assert (kept.status, kept.used_by_id) == ("granted", None)
    assert booking.policy["exceptions"] == [{"id": str(used.public_id), "rule": "R108"}]
    assert list(Event.objects.filter(object_id=used.public_id).values_list("event", flat=True)) == ["override.used"]
    again = refused(cast, cast.referral(patient), cast.place(hour=16))
    assert [one.rule for one in again.violations] == ["R108", "R015", "R017"]


@pytest.mark.parametrize(
    "change", [{"status": "asked", "decided_by": None, "valid_to": None}, {"status": "withdrawn"}, {"valid_to": timezone.now()}, None],
    ids=["asked", "withdrawn", "run out", "of another referral"],
)  # fmt: skip
def test_an_exception_that_does_not_hold_lets_nothing_pass(cast: World, change: dict[str, Any] | None) -> None:
    patient = cast.patient()
    a_full_day(cast, patient)
    referral = cast.referral(patient)
    exception(cast, cast.referral(patient) if change is None else referral, "R108", **(change or {}))

    assert [one.rule for one in refused(cast, referral, cast.place(hour=14)).violations] == ["R108"]


def test_outside_the_hours_of_service_nothing_is_booked(cast: World) -> None:
    now = timezone.localtime()
    for parameter, hour in (("service_hours_from", now + timedelta(hours=1)), ("service_hours_to", now + timedelta(hours=2))):
        PolicyRow.objects.create(
            parameter=parameter, district=cast.district, value=f"{hour:%H:%M}", valid_from=today(), source="区卫健委", status="in_force"
        )

    refusal = refused(cast, cast.referral(), cast.place())

    (violation,) = refusal.violations
    assert (violation.code, violation.rule) == ("outside_service_hours", "R142")
    assert f"{now + timedelta(hours=1):%H:%M}" in violation.message


# The emergency sign.


def typed(**changes: Any) -> dict[str, Any]:
    record = {"reason": "突发言语不清", "impression": "脑梗死待查", "present_history": "半小时前突发", "truth": "1", "priority": "urgent"}
    return record | changes


def test_a_doctor_who_ticks_a_sign_is_told_what_to_do_now_and_cannot_book(client: Any, cast: World) -> None:
    patient, place = cast.patient(), cast.place()
    visit = cast.encounter(patient)
    sign_in(client, cast.zhou.user, cast.zhou)

    page = client.post(
        reverse("referral_new", args=[patient.public_id]), typed(encounter=str(visit.public_id), emergency_sign="stroke"), follow=True
    )

    referral = Referral.objects.get(encounter=visit)
    shown = page.content.decode()
    assert "急症：请勿预约，立即拨打 120。" in shown
    assert "卒中中心" in shown
    assert 'class="cell' not in shown
    assert AuditEntry.objects.get(verb="referral.write").details["emergency_sign"] == "stroke"
    refusal = refused(cast, referral, place)
    assert (refusal.code, refusal.violations[0].rule) == ("emergency_do_not_book", "R187")


def test_a_false_tick_is_taken_off_and_the_referral_can_be_booked(client: Any, cast: World) -> None:
    referral = cast.referral(emergency_sign="coronary")
    sign_in(client, cast.zhou.user, cast.zhou)

    client.post(reverse("referral_edit", args=[referral.public_id]), typed(version="1", emergency_sign=""))

    referral.refresh_from_db()
    assert (referral.emergency_sign, referral.version) == ("", 2)
    assert booked(cast, referral, cast.place())


def test_a_program_writes_a_sign_reads_the_advice_and_takes_it_off(client: Any, cast: World) -> None:
    patient = cast.patient()
    visit, how = cast.encounter(patient), bearer(cast.zhou.user, cast.zhou)
    record = {"reason": "胸痛", "impression": "心梗待查", "present_history": "胸痛20分钟", "truth_accepted": True}
    asked = record | {"patient": str(patient.public_id), "encounter": str(visit.public_id)}

    unknown = client.post("/api/v1/referrals", asked | {"emergency_sign": "headache"}, content_type="application/json", headers=how)
    made = client.post("/api/v1/referrals", asked | {"emergency_sign": "coronary"}, content_type="application/json", headers=how).json()
    edited = client.put(
        f"/api/v1/referrals/{made['id']}", record, content_type="application/json", headers=how | {"If-Match": 'W/"1"'}
    ).json()

    assert (unknown.status_code, unknown.json()["violations"][0]["field"]) == (400, "emergency_sign")
    assert made["emergency_sign"] == "coronary"
    assert "120" in made["emergency_advice"]
    assert (edited["emergency_sign"], edited["emergency_advice"]) == ("", "")


# What a doctor sees before and after.


def test_the_strip_counts_what_the_rules_would_count(cast: World) -> None:
    patient = cast.patient()
    a_full_day(cast, patient)
    booked(cast, cast.referral(patient), cast.place(8))

    chosen = counts_before(patient, cast.district.pk, today(), today() + timedelta(days=3))
    fullest = counts_before(patient, cast.district.pk, today())

    assert [(used.count, used.limit) for used in (chosen.on_day, chosen.in_week, chosen.in_months)] == [(2, 2), (3, 3), (3, 5)]
    assert (chosen.on_day.is_full, chosen.in_week.is_full, chosen.in_months.is_full, chosen.in_months.binds) == (True, True, False, False)
    assert (fullest.day, fullest.on_day.count, fullest.in_week.count) == (None, 2, 3)
    assert (chosen.missed.count, chosen.missed.limit) == (0, 3)


def test_an_alternative_is_booked_with_one_click(client: Any, cast: World) -> None:
    full, free = cast.place(places=1, claimed=1), cast.place(4)
    referral = cast.referral()
    sign_in(client, cast.zhou.user, cast.zhou)
    address = reverse("book", args=[referral.public_id])

    page = client.post(address, {"pool_slot": str(full.public_id), "version": "1", "idempotency_key": str(uuid4())})

    (offered,) = page.context["alternatives"]
    assert (page.status_code, offered["id"]) == (409, free.public_id)
    sent = {"pool_slot": str(offered["id"]), "version": "1", "idempotency_key": str(offered["idempotency_key"])}
    assert f'value="{sent["idempotency_key"]}"' in page.content.decode()
    done = client.post(address + offered["action"], sent)
    assert (done.status_code, Booking.objects.get(referral=referral).pool_slot_id) == (302, free.pk)


def test_the_search_says_which_places_keep_the_promise_why_not_and_the_earliest(client: Any, cast: World) -> None:
    near, far = cast.place(3), cast.place(7)

    body = client.get("/api/v1/availability", headers=bearer(cast.zhou.user, cast.zhou)).json()
    near.delete()
    without = client.get("/api/v1/availability", headers=bearer(cast.zhou.user, cast.zhou)).json()

    told = {row["id"]: row for row in body["results"]}
    kept, late = told[str(near.public_id)], told[str(far.public_id)]
    assert (kept["keeps_promise"], kept["calendar_days"], kept["why_not"]) == (True, 3, "")
    assert (late["keeps_promise"], late["calendar_days"], late["working_days"] in (4, 5)) == (False, 7, True)
    assert "7" in late["why_not"]
    assert body["promise"]["until"] == (today() + timedelta(days=3)).isoformat()
    assert body["promise"]["earliest"] == near.visit_date.isoformat()
    assert without["promise"]["earliest"] == far.visit_date.isoformat()
    assert without["promise"]["sentence"] != body["promise"]["sentence"]


def test_the_page_names_the_earliest_day_and_why_none_keeps_the_promise(client: Any, cast: World) -> None:
    cast.place(2, places=1, claimed=1)
    cast.place(6)
    sign_in(client, cast.zhou.user, cast.zhou)

    clock = client.get(reverse("book", args=[cast.referral().public_id]), {"department": "03.04"}).context["clock"]

    assert not clock.kept
    assert "6 个自然日" in clock.sentence
    empty = "、".join(date_format(today() + timedelta(days=ahead), "MONTH_DAY_FORMAT") for ahead in (1, 3))
    assert clock.reasons == ("1 个半日已约满", f"{empty}没有放号")
    assert (clock.place, clock.day, clock.half) == ("北大医院", today() + timedelta(days=6), "am")


def test_where_nothing_is_published_in_the_promised_days_the_page_names_them(client: Any, cast: World) -> None:
    cast.place(6)
    sign_in(client, cast.zhou.user, cast.zhou)

    page = client.get(reverse("book", args=[cast.referral().public_id]), {"department": "03.04"})

    empty = "、".join(date_format(today() + timedelta(days=ahead), "MONTH_DAY_FORMAT") for ahead in (1, 2, 3))
    assert page.context["clock"].reasons == (f"{empty}没有放号",)
    assert f"{empty}没有放号" in page.content.decode()


def test_the_promise_counts_from_the_day_of_the_request(client: Any, cast: World) -> None:
    referral = cast.referral()
    Referral.objects.filter(pk=referral.pk).update(created_at=timezone.now() - timedelta(days=2))
    cast.place(3)
    sign_in(client, cast.zhou.user, cast.zhou)

    seen = client.get(reverse("book", args=[referral.public_id])).context

    assert seen["strip"].promise_until == today() + timedelta(days=1)
    assert not seen["clock"].kept
