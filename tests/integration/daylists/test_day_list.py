"""The list of a day: who stands on it, what it says of itself, who may have it, and what every look leaves (R166)."""

import io
from datetime import timedelta
from typing import Any

import pypdf
import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from weasyprint import HTML

from permissions.acting import Acting
from referral.booking.cancel import cancel_by_referrer
from referral.disruptions.stop import stop_clinic
from referral.patients.control_models import PriorityProof
from referral.patients.models import Patient
from reserved_pools import release
from reserved_pools.models import PoolSlot
from tests.cast import bearer
from tests.cast_clinics import a_service
from tests.cast_referral import SUGAR
from tests.cast_stops import Scene, day, hospital_person, scene
from vault.models import AccessEntry, AuditEntry

pytestmark = pytest.mark.django_db
PAGE, PAPER, FILE, DOOR = "/day-list/", "/day-list/print/", "/day-list/export/", "/api/v1/day-list"


@pytest.fixture
def held() -> Scene:
    return scene()


def as_(by: Acting) -> Client:
    return Client(headers=bearer(by.user, by.post))


def text(answer: Any) -> str:
    return answer.content.decode()


def test_the_page_shows_the_next_day_with_sessions_by_department_and_time(held: Scene) -> None:
    sugar = a_service(held.world.department(code=SUGAR), name="内分泌普通门诊")
    late, early = held.booked(held.slots[2], "王桂英"), held.booked(held.slots[0], "陈秀兰")
    other = held.booked(held.morning(service=sugar)[0], "李淑珍")

    page = as_(held.clerk).get(PAGE)

    assert page.context["asked"].day == day(3)
    groups = [(name, [line["booking"] for line in lines]) for name, lines in page.context["groups"]]
    assert groups == [("内分泌科", [other.public_id]), ("心血管内科", [early.public_id, late.public_id])]
    for shown in ("陈秀兰", early.confirmation_code, f"**{early.patient.phone_tail}", "德胜"):
        assert shown in text(page)
    assert early.patient.phone not in text(page)
    reserved = sum(slot.published for slot in held.slots)
    heart = next(one for one in page.context["found"].counts if one.name == "心血管内科")
    assert (heart.reserved, heart.booked, heart.returned) == (reserved, 2, 0)


def test_before_the_cut_off_the_list_is_provisional_and_afterwards_final_with_what_went_back(held: Scene) -> None:
    held.booked()
    before, page = as_(held.clerk).get(DOOR).json(), as_(held.clerk).get(PAGE)
    PoolSlot.objects.update(closes_at=timezone.now() - timedelta(seconds=1))
    release.close_due()

    after, paper = as_(held.clerk).get(DOOR).json(), as_(held.clerk).get(PAPER)

    assert '<div class="note few"' in text(page)
    assert '<div class="note ok"' in text(paper)
    reserved = sum(slot.published for slot in held.slots)
    assert (before["is_final"], after["is_final"]) == (False, True)
    assert [(one["reserved"], one["booked"], one["returned"]) for one in after["departments"]] == [(reserved, 1, reserved - 1)]
    assert after["due_at"].startswith(f"{day(2).isoformat()}T16:30:00") or after["due_at"].startswith(f"{day(2).isoformat()}T08:30:00")
    assert (
        "暂定" in text(as_(held.clerk).get(PAGE)) or "Final" in text(as_(held.clerk).get(PAGE)) or "截止" in text(as_(held.clerk).get(PAGE))
    )


def test_cancelled_bookings_leave_the_list_and_those_of_a_stopped_clinic_are_marked(held: Scene) -> None:
    gone, stays = held.booked(), held.booked(held.slots[1], "王桂英")
    cancel_by_referrer(gone.public_id, reason="patient_declined", expected_version=gone.version, by=held.doctor)
    stop_clinic(held.wanted(), by=held.coordinator)

    lines = as_(held.clerk).get(DOOR, {"date": day(3).isoformat()}).json()["results"]

    assert [(line["booking"], line["is_stopped"]) for line in lines] == [(str(stays.public_id), True)]


def test_the_hospital_reads_a_group_only_with_a_proof_that_lasts_until_the_visit(held: Scene) -> None:
    for name, slot, days in (("陈秀兰", 0, None), ("王桂英", 1, 3), ("李淑珍", 2, 4)):
        patient = held.booked(held.slots[slot], name).patient
        Patient.objects.filter(pk=patient.pk).update(priority_group="elderly")
        if days is not None:
            PriorityProof.objects.create(
                patient=patient, group="elderly", proof="身份证", valid_from=day(0), valid_to=day(days), seen_by=held.doctor.user
            )

    lines = as_(held.clerk).get(DOOR, {"date": day(3).isoformat()}).json()["results"]
    paper = text(as_(held.clerk).get(PAPER, {"date": day(3).isoformat()}))

    assert [(line["name"], line["priority_group"]) for line in lines] == [("陈秀兰", ""), ("王桂英", ""), ("李淑珍", "elderly")]
    assert paper.count("老年人") == 1


def test_a_department_and_half_a_day_narrow_the_list(held: Scene) -> None:
    held.booked()
    afternoon = held.booked(held.morning(3, afternoon=True)[0], "王桂英")
    client, heart = as_(held.coordinator), held.world.department()

    found = client.get(DOOR, {"half_day": "pm", "department": str(heart.public_id)}).json()

    assert [line["booking"] for line in found["results"]] == [str(afternoon.public_id)]
    foreign = held.world.department(held.world.other_hospital)
    assert client.get(DOOR, {"department": str(foreign.public_id)}).status_code == 404
    assert client.get(PAGE, {"department": str(foreign.public_id)}).status_code == 404


def test_the_list_of_another_hospital_cannot_be_had_and_the_roles_without_it_get_none(held: Scene) -> None:
    held.booked()
    colleague = hospital_person("钱窗口", held.world.other_hospital, held.clerk.role)  # type: ignore[arg-type]

    assert as_(colleague).get(DOOR, {"date": day(3).isoformat()}).json()["results"] == []
    assert "陈秀兰" not in text(as_(colleague).get(PAGE, {"date": day(3).isoformat()}))
    for by in (held.cardiologist, held.doctor, held.manager, held.world.district_admin):
        client = as_(by)
        assert [client.get(door).status_code for door in (PAGE, PAPER, DOOR)] == [403, 403, 403]
        assert client.post(FILE).status_code == 403
    assert not AccessEntry.objects.filter(purpose__startswith="day list").exists()


def test_every_look_is_kept_for_each_patient_and_a_file_leaves_a_trace(held: Scene) -> None:
    booked = [held.booked(), held.booked(held.slots[1], "=王桂英")]
    client = as_(held.clerk)

    client.get(PAGE)
    client.get(PAPER)
    answer = client.post(FILE, {"as": "xlsx"})
    by_program = client.get(DOOR, {"format": "xlsx"})

    looks = AccessEntry.objects.filter(object_id__in=[one.public_id for one in booked], kind="booking").values_list("purpose", flat=True)
    assert sorted(looks) == sorted(["day list", "day list print", "day list file", "day list file"] * 2)
    for one in (answer, by_program):
        rows = list(load_workbook(io.BytesIO(one.content)).active.values)  # type: ignore[union-attr]
        assert len(rows) == 3
        assert {row[3] for row in rows[1:]} == {"陈秀兰", "'=王桂英"}
    exports = AuditEntry.objects.filter(verb="export")
    assert [(one.details["list"], one.details["rows"]) for one in exports] == [("day_list", 2)] * 2


BAD = (
    {"date": "2026-13-01"},
    {"date": "1999-01-01"},
    {"date": "０１"},
    {"date": day(16).isoformat()},
    {"date": day(-15).isoformat()},
    {"department": "x"},
)


@pytest.mark.parametrize("query", BAD, ids=str)
def test_a_day_out_of_reach_and_nonsense_are_refused_with_a_sentence(held: Scene, query: dict[str, str]) -> None:
    client = as_(held.clerk)

    page, by_program = client.get(PAGE, query), client.get(DOOR, query)

    assert page.status_code == 400
    assert page.context["violations"]
    assert by_program.status_code == 400
    assert client.get(PAPER, query).status_code == 400
    assert client.post(f"{FILE}?{'&'.join(f'{key}={value}' for key, value in query.items())}").status_code == 400


def test_an_empty_day_says_so_and_a_full_one_is_shown_with_a_bounded_number_of_questions(
    held: Scene, django_assert_max_num_queries: Any
) -> None:
    client = as_(held.clerk)
    assert client.get(PAGE, {"date": day(5).isoformat()}).context["groups"] == []
    for number in range(6):
        held.booked(held.slots[number % len(held.slots)], f"王桂{number}")

    with django_assert_max_num_queries(20):
        client.get(PAGE)
    with django_assert_max_num_queries(20):
        client.get(PAPER)


def test_the_paper_is_a4_across_one_department_a_sheet_with_its_head_and_room_to_write(held: Scene, settings: Any) -> None:
    sugar = a_service(held.world.department(code=SUGAR), name="内分泌普通门诊")
    held.booked()
    held.booked(held.morning(service=sugar)[0], "李淑珍")

    html = text(as_(held.clerk).get(PAPER)).replace("/static/", f"file://{settings.BASE_DIR}/static/")
    pages = pypdf.PdfReader(io.BytesIO(HTML(string=html).write_pdf())).pages

    assert [round(float(side) / 72 * 25.4) for side in pages[0].mediabox[2:]] == [297, 210]
    sheets = [page.extract_text() for page in pages]
    assert [("李淑珍" in sheet, "陈秀兰" in sheet) for sheet in sheets] == [(True, False), (False, True)]
    assert all("到院时间" in sheet and "签署" in sheet for sheet in sheets)
