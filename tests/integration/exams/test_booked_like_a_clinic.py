"""An examination from the timetable to its report: found by its kind, booked under the same rules, on its own form (R072, R086, R149)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinics.models import ClinicSession, Service, ServiceItem
from referral.booking.models import Booking
from referral.booking.move import offered_to_resident
from referral.cases.models import FollowKind, Referral
from referral.disruptions.candidates import substitutes
from reserved_pools.sessions.changes import add_places
from tests.cast import sign_in
from tests.cast_loop import fresh
from tests.cast_referral import HEART, today
from tests.integration.exams.cast_exams import ABDOMEN, FASTING, Program, Sonography, sonography
from vault.models import Message
from vault.refusal import Refusal

WORD_JOINER = "\u2060"
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Sonography:
    return sonography()


@pytest.fixture
def doctor(cast: Sonography) -> Program:
    return Program(cast.loop.doctor)


@pytest.fixture
def browser(cast: Sonography, client: Client) -> Client:
    sign_in(client, cast.loop.world.zhou.user, cast.loop.world.zhou)
    return client


def found(doctor: Program, **wanted: str) -> list[dict[str, Any]]:
    asked = "&".join(f"{name}={value}" for name, value in wanted.items())
    return doctor.ask("GET", f"/availability?{asked}")["results"]  # type: ignore[no-any-return]


def booked(cast: Sonography, doctor: Program, referral: Referral | None = None, **wanted: str) -> Booking:
    """The first free place of this kind, by program."""
    written = referral or cast.loop.world.referral()
    place = found(doctor, **({"kind": "ultrasound"} | wanted))[0]["id"]
    path = f"/referrals/{written.public_id}/bookings"
    body = doctor.ask("POST", path, {"pool_slot": place}, 201, If_Match='W/"1"', Idempotency_Key=str(written.public_id))
    return fresh(Booking.objects.get(public_id=body["id"]))


def today_at_the_hospital(booking: Booking) -> Booking:
    """The same booking on the day of its visit: the data moves, not the clock."""
    starts = timezone.now() + timedelta(minutes=5)
    Booking.objects.filter(pk=booking.pk).update(visit_date=today(), starts_at=starts, ends_at=starts + timedelta(minutes=30))
    return fresh(booking)


def test_from_the_timetable_to_the_report(cast: Sonography, doctor: Program) -> None:
    cast.published(cast.abdomen, cast.visit_day)

    booking = booked(cast, doctor)
    message = Message.objects.get(about=booking.public_id)
    booking = today_at_the_hospital(booking)
    code = {"code": booking.confirmation_code}
    came = Program(cast.loop.clerk).ask("POST", f"/bookings/{booking.public_id}/arrive", code, If_Match=f'W/"{booking.version}"')
    room = Program(cast.sonographer)
    seen = room.ask("POST", f"/bookings/{booking.public_id}/fulfil", {}, If_Match=f'W/"{came["version"]}"')
    findings = {"diagnosis": "脂肪肝", "findings": "肝回声增强，胆囊、胰、脾、双肾未见异常。", "treatment": "随访"}
    version = f'W/"{seen["referral"]["version"]}"'
    written = room.ask("POST", f"/referrals/{booking.referral.public_id}/report", findings, 201, If_Match=version)

    assert booking.pool_slot.service == cast.abdomen
    assert (seen["status"], written["referral"]["status"]) == ("fulfilled", "reported")
    assert message.template == "referral_booked_exam"
    for words in ("超声检查", ABDOMEN, "超声医学科", "空腹八小时，检查前一晚清淡饮食"):
        assert words in message.params


def test_a_search_finds_one_kind_and_says_what_it_costs_and_wants(cast: Sonography, doctor: Program, browser: Client) -> None:
    package = cast.exam("check_up", "冠心病风险筛查套餐", code="TJ01", fee="90.00", preparation="空腹八小时")
    for number, name in enumerate(("静息心电图", "血脂四项")):
        ServiceItem.objects.create(service=package, position=number, name=name, code=f"TJ010{number}", fee="45.00")
    for service in (cast.abdomen, package):
        cast.published(service, cast.visit_day)
    cast.loop.world.place()

    by_kind = {kind: {row["service"]["name"] for row in found(doctor, kind=kind)} for kind in ("ultrasound", "check_up", "ecg")}
    described = found(doctor, kind="check_up")[0]["service"]
    doctor.ask("GET", "/availability?kind=ward", status=400)
    listed = browser.get(reverse("availability"), {"kind": "ultrasound", "of": "", "department": HEART}).content.decode()
    bands = found(doctor, kind="check_up")[0]
    cell = f"{package.public_id}.{cast.visit_day.isoformat()}.am"
    path = reverse("book", args=[cast.loop.world.referral().public_id])
    confirm = browser.get(path, {"kind": "check_up", "cell": cell, "slot": bands["id"]}).content.decode()

    assert by_kind == {"ultrasound": {ABDOMEN}, "check_up": {"冠心病风险筛查套餐"}, "ecg": set()}
    assert (described["kind"], described["fee"], described["preparation"]) == ("check_up", "90.00", "空腹八小时")
    assert [(item["name"], item["fee"]) for item in described["items"]] == [("静息心电图", "45.00"), ("血脂四项", "45.00")]
    assert ABDOMEN in listed, "another kind asks every subject anew"
    assert f"160元；{FASTING}" in listed
    assert "普通门诊" not in listed
    dialog = confirm[confirm.index('id="confirm"') :]
    for words in ("冠心病风险筛查套餐", "静息心电图", "血脂四项", "空腹八小时", "90.00"):
        assert words in dialog


def test_its_form_names_items_purpose_preparation_and_reason(cast: Sonography, doctor: Program, browser: Client) -> None:
    cast.published(cast.abdomen, cast.visit_day)
    booking = booked(cast, doctor, cast.loop.world.referral(reason="右上腹痛两周"))

    paper = browser.get(reverse("slip_paper", args=[booking.public_id])).content.decode().replace(WORD_JOINER, "")

    said = ("超声检查预约单", "检查项目", ABDOMEN, "CS02", "160.00", "申请理由", "右上腹痛两周", "肝胆胰脾肾疾病", "检查准备", FASTING)
    for words in (*said, "请带以往超声报告"):
        assert words in paper
    assert "双向转诊（转出）单" not in paper
    assert "双向转诊单<small>存根" in paper


def test_the_same_limits_hold(cast: Sonography, doctor: Program) -> None:
    """R015, R108: one booking a day at one department, of whatever kind."""
    patient = cast.loop.world.patient()
    echo = cast.exam(name="心脏彩色多普勒超声")
    for service in (cast.abdomen, echo):
        cast.published(service, cast.visit_day)
    booked(cast, doctor, cast.loop.world.referral(patient), service=str(cast.abdomen.public_id))
    second, place = cast.loop.world.referral(patient), found(doctor, service=str(echo.public_id))[0]["id"]

    path = f"/referrals/{second.public_id}/bookings"
    refused = doctor.ask("POST", path, {"pool_slot": place}, 422, If_Match='W/"1"', Idempotency_Key="second-try")

    assert [one["rule"] for one in refused["violations"]] == ["R015"]
    assert refused["current"]["alternatives"] == []


def test_nothing_else_takes_its_place(cast: Sonography, doctor: Program) -> None:
    """Moved, substituted and offered instead: the same examination only, not another one of the same room."""
    following = cast.visit_day + timedelta(days=7)
    echo = cast.exam(name="心脏彩色多普勒超声")
    cast.published(cast.abdomen, cast.visit_day)
    booking = booked(cast, doctor)
    cast.published(echo, following)
    other = found(doctor, service=str(echo.public_id))[0]["id"]

    refused = doctor.ask(
        "POST",
        f"/bookings/{booking.public_id}/move",
        {"pool_slot": other},
        400,
        If_Match=f'W/"{booking.version}"',
        Idempotency_Key="move-once",
    )

    assert [one["field"] for one in refused["violations"]] == ["pool_slot"]
    assert {row["service_name"] for row in offered_to_resident(booking)} == {ABDOMEN}
    assert set(substitutes(booking).values_list("service__name", flat=True)) == {ABDOMEN}


def test_the_consulting_room_books_an_examination(cast: Sonography, client: Client) -> None:
    """R120, R121: the cardiologist, who has seen her, books an ultrasound of her hospital."""
    cast.published(cast.abdomen, cast.visit_day)
    visit, room = cast.loop.attended(), Program(cast.loop.cardiologist)
    path = f"/bookings/{visit.public_id}"

    places = room.ask("GET", f"{path}/next-places?kind={FollowKind.OTHER}&service_kind=ultrasound")["results"]
    sign_in(client, cast.loop.cardiologist.user, cast.loop.cardiologist.post)
    asked = {"kind": FollowKind.OTHER, "service_kind": "ultrasound", "slot": places[0]["id"]}
    page = client.get(reverse("next_visit", args=[visit.public_id]), asked).content.decode()
    wish = {"pool_slot": places[0]["id"], "kind": FollowKind.OTHER, "reason": "排除继发性高血压"}
    made = room.ask("POST", f"{path}/next", wish, 201, Idempotency_Key="next-visit")

    assert (places[0]["service_name"], places[0]["preparation"]) == (ABDOMEN, FASTING)
    assert FASTING in page[page.index('id="confirm"') :]
    assert room.ask("GET", f"{path}/next-places?kind={FollowKind.OTHER}&service_kind=lab")["results"] == []
    assert Booking.objects.get(public_id=made["id"]).mode == "in_consultation"
    assert Message.objects.get(about=made["id"]).template == "referral_booked_exam"


def test_a_bed_and_day_surgery_have_no_more_places_on_a_day_than_the_hospital_says(cast: Sonography, doctor: Program) -> None:
    """R094, R095: in the weekly timetable, in a session of its own, and when places or a band are added to one that is published."""
    desk, day = Program(cast.coordinator), cast.visit_day
    for kind in ("bed", "day_surgery"):
        service = Service.objects.create(institution=cast.room.institution, department=cast.room, kind=kind, name=kind, places_per_day=5)
        half = {"service": str(service.public_id), "weekday": day.isoweekday(), "half_day": "am", "starts": "08:00", "ends": "12:00"}
        too_many = desk.ask("POST", "/session-templates", half | {"capacity": 6}, 400)
        desk.ask("POST", "/session-templates", half | {"capacity": 3}, 201)
        afternoon = half | {"half_day": "pm", "starts": "13:30", "ends": "16:30", "capacity": 3}
        together = desk.ask("POST", "/session-templates", afternoon, 400)
        span = {"from": day.isoformat(), "to": day.isoformat(), "reason": "新增"}
        desk.ask("POST", "/timetables/publish", span, 201, Idempotency_Key=f"publish-{kind}")
        session = ClinicSession.objects.get(service=service)
        extra = afternoon | {"date": day.isoformat(), "reason": "新增"}
        del extra["weekday"]
        more = desk.ask("POST", "/clinic-sessions", extra, 400)
        with pytest.raises(Refusal) as added:
            add_places(
                session, session.slots.earliest("pk").public_id, 3, reason="加号", by=cast.coordinator, expected_version=session.version
            )

        for refused in (too_many, together, more):
            assert [one["field"] for one in refused["violations"]] == ["capacity"]
        assert [one.field for one in added.value.violations] == ["places"]
        assert sum(ClinicSession.objects.filter(service=service).values_list("capacity", flat=True)) == 3
        assert {row["service"]["name"] for row in found(doctor, kind=kind)} == {kind}
