"""The four focus diseases: marked on cases as the day's value has them, filtered by, counted each month (R115)."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinics.criteria.focus import KEYS
from clinics.policy.judging import NewRow, parameter_named
from clinics.policy.rows import enter
from clinics.policy.scope import Scope
from referral.cases.models import Referral
from referral.cases.write import Record, write_referral
from referral.supervision.focus import focus_month
from reserved_pools.policy_acts import approve
from tests.cast import acting_as, an_admin, bearer, sign_in
from tests.cast_clinics import today
from tests.cast_loop import Loop, loop

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(db: None) -> Loop:
    return loop()


def written(held: Loop, impression: str) -> Referral:
    visit = held.world.encounter(held.world.patient())
    return write_referral(visit.public_id, Record("转诊", impression, "病史"), truth_accepted=True, by=held.doctor)


def found(client: Client, name: str, **query: Any) -> set[str]:
    text = client.get(reverse(name), query).content.decode()
    return {str(one.public_id) for one in Referral.objects.all() if str(one.public_id) in text}


def test_a_case_is_marked_filtered_and_counted(client: Client, held: Loop) -> None:
    both, heart, knee = (written(held, words) for words in ("高血压，2型糖尿病", "心绞痛 I20.9", "膝骨关节炎"))
    held.booked(referral=heart, days=2)
    sign_in(client, held.doctor.user, held.doctor.post)

    assert [both.focus, heart.focus, knee.focus] == ["hypertension diabetes", "coronary", ""]
    assert "重点：高血压、糖尿病" in client.get(reverse("referral", args=[both.public_id])).content.decode().replace(", ", "、")
    assert found(client, "referrals", focus="diabetes") == {str(both.public_id)}
    assert found(client, "referrals", focus="any") == {str(both.public_id), str(heart.public_id)}
    assert len(found(client, "referrals", focus="nothing")) == 3
    assert "重点：" in client.get(reverse("home")).content.decode()
    listed = client.get("/api/v1/referrals?focus=coronary", headers=bearer(held.doctor.user, held.doctor.post)).json()["results"]
    assert [(one["id"], one["focus"]) for one in listed] == [(str(heart.public_id), ["coronary"])]
    sign_in(client, held.cardiologist.user, held.cardiologist.post)
    assert found(client, "review", focus="coronary", state="all") == {str(heart.public_id)}
    assert found(client, "review", focus="diabetes", state="all") == set()
    counted = focus_month(held.world.district_admin, timezone.localdate().replace(day=1))
    assert (counted.written, counted.about_any, [row.written for row in counted.rows]) == (3, 2, [1, 1, 1, 0])
    assert [row.stood for row in counted.rows] == [0, 0, 1, 0]
    sign_in(client, held.world.district_admin.user)
    text = client.get(reverse("conduct"), {"month": f"{today():%Y-%m}"}).content.decode()
    assert "本月所写转诊3例，涉及重点疾病2例" in text


def test_the_district_s_value_of_the_day_says_which_are_the_focus(held: Loop) -> None:
    first, second = held.world.district_admin, acting_as(an_admin("赵建国", district=held.world.district))
    new = NewRow(Scope(held.world.district), "hypertension coronary", today(), "区卫健委通知")
    row = enter(parameter_named("focus_diseases"), new, today=today(), by=first)
    assert written(held, "高血压，2型糖尿病").focus == "hypertension diabetes"
    approve(row, today=today(), expected_version=1, by=second)

    assert written(held, "高血压，2型糖尿病").focus == "hypertension"
    assert set(parameter_named("focus_diseases").options) == set(KEYS)
