"""A bed with more places than it has on one day is left out there, named, and blocks no other clinic (R094, R095)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse

from clinics.models import ClinicSession, Publication, Service
from clinics.timetables.horizon import Why
from clinics.timetables.timetable import HalfDay, SessionPlan, publish_sessions
from reserved_pools.sessions.week_preview import preview
from tests.cast import bearer, sign_in
from tests.cast_clinics import a_service, today
from tests.integration.timetables.cast_weeks import Hospital, a_week_hospital, monday

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward(db: None) -> tuple[Hospital, Service]:
    """Monday and Tuesday mornings of a bed with three places a day, and of a clinic."""
    held = a_week_hospital()
    bed = a_service(held.heart, name="心内科普通床", kind="bed", places_per_day=3)
    for weekday in (1, 2):
        held.template(bed, weekday, capacity=3)
        held.template(weekday=weekday)
    return held, bed


def extra(held: Hospital, bed: Service) -> None:
    """An afternoon more, on the Monday nobody has published yet."""
    morning = held.template(weekday=7)
    plan = SessionPlan(bed, monday(), HalfDay.AFTERNOON, morning.starts.replace(hour=13), morning.ends.replace(hour=17), 2)
    with transaction.atomic():
        publish_sessions([plan], by=held.by)


def made() -> list[tuple[str, Any, str]]:
    rows = ClinicSession.objects.filter(date__lte=monday() + timedelta(days=1)).order_by("date", "half_day", "service")
    return [(one.service.name, one.date, one.half_day) for one in rows.select_related("service")]


def test_one_crowded_day_of_a_bed_is_named_and_everything_else_is_published(client: Any, ward: tuple[Hospital, Service]) -> None:
    held, bed = ward
    extra(held, bed)
    first, second = monday(), monday() + timedelta(days=1)

    seen = preview(held.institution, first, second, today=today())
    sign_in(client, held.by.user)
    page = client.post(reverse("week_publish"), {"from": first.isoformat(), "to": second.isoformat()}, follow=True).content.decode()

    assert [(one.pattern.service, one.date, one.why) for one in seen.skipped] == [(bed, first, Why.TOO_MANY)]
    assert len(seen.made) == 3
    assert sorted(made()) == sorted([
        ("心内科普通床", first, "pm"), ("普通门诊", first, "am"), ("心内科普通床", second, "am"), ("普通门诊", second, "am"),
    ])  # fmt: skip
    assert f"心内科普通床 {first.isoformat()} 未发布：超过该项目每日名额" in page


def test_a_program_is_told_which_day_was_left_out(client: Any, ward: tuple[Hospital, Service]) -> None:
    held, bed = ward
    Service.objects.filter(pk=bed.pk).update(places_per_day=2)
    asked = {"from": monday().isoformat(), "to": monday().isoformat()}
    how = bearer(held.by.user, held.by.post)

    told = [
        client.post("/api/v1/timetables/publish", asked, content_type="application/json", headers=how | {"Idempotency-Key": key})
        for key in [str(uuid4())] * 2
    ]

    left_out = {"service": str(bed.public_id), "date": monday().isoformat(), "half_day": "am", "why": "too_many"}
    assert [(one.status_code, one.json()["sessions"], one.json()["too_many"]) for one in told] == [(201, 1, [left_out])] * 2
    assert made() == [("普通门诊", monday(), "am")]
    assert Publication.objects.count() == 1
