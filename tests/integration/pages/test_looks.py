"""Who looked at what: one's own looks by day, and the answer to a resident who asks, told to nobody else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertNumQueries

from permissions.identity.names import mask_name
from tests.cast import bearer
from tests.cast_referral import World, institution, referring_post, world
from vault.audit import saw
from vault.models import AccessEntry, AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> World:
    return world()


def program(post: object) -> Client:
    return Client(headers=bearer(post.user, post))  # type: ignore[attr-defined]


def test_a_doctor_reads_her_own_looks_by_day_with_the_residents_masked(cast: World) -> None:
    patient, client = cast.patient(), program(cast.zhou)
    client.get(f"/patients/{patient.public_id}/")
    referral = cast.referral(patient)
    client.get(f"/referrals/{referral.public_id}/")
    program(cast.shen).get(f"/patients/{patient.public_id}/")

    page = client.get("/me/looks/").content.decode()
    earlier = client.get(f"/me/looks/?from={timezone.localdate() - timedelta(days=9)}&to={timezone.localdate() - timedelta(days=8)}")

    assert (page.count("查看居民页面"), page.count("查看转诊单"), page.count(mask_name(patient.name))) == (1, 1, 2)
    assert patient.name not in page
    assert len(client.get("/api/v1/me/looks").json()["results"]) == 2
    assert "这些日期内没有记录" in earlier.content.decode()


def test_taking_ones_looks_away_as_a_file_is_an_act_of_its_own(cast: World) -> None:
    client = program(cast.zhou)
    client.get(f"/patients/{cast.patient().public_id}/")

    file = b"".join(client.get("/me/looks/?format=csv")).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]

    assert (file[0], len(file)) == ("时间,事项,居民", 2)
    assert AuditEntry.objects.get(verb="export").details["rows"] == 1


@pytest.mark.parametrize("query", ["from=2026-13-01", "from=１", "from=2026-01-02&to=2026-01-01", "from=2026-01-01&to=2026-12-31"])
def test_days_that_are_none_are_told(cast: World, query: str) -> None:
    answer = program(cast.zhou).get(f"/me/looks/?{query}")

    assert answer.status_code == 400


def test_a_resident_is_answered_with_person_institution_and_part_of_everybody_who_looked(cast: World) -> None:
    patient = cast.patient()
    referral = cast.referral(patient)
    other = institution(cast.district, "展览路社区卫生服务中心", "展览路", kind="centre", level="9")
    stranger = referring_post("高翔", other, cast.admin, cast.zhou.right.target_grants.get().alliance)
    program(cast.shen).get(f"/patients/{patient.public_id}/")
    program(cast.zhou).get(f"/referrals/{referral.public_id}/")

    page = program(cast.zhou).get(f"/patients/{patient.public_id}/looks/").content.decode()
    refused = program(stranger).get(f"/patients/{patient.public_id}/looks/")
    results = program(cast.zhou).get(f"/api/v1/patients/{patient.public_id}/looks").json()["results"]

    assert all(words in page for words in ("沈佳", "周晓岚", "德胜", "家庭医生", "查看居民页面", "查看转诊单"))
    assert refused.status_code == 404
    assert [(look["person"], look["place"]) for look in results] == [("周晓岚", "德胜"), ("周晓岚", "德胜"), ("沈佳", "德胜")]
    assert AccessEntry.objects.filter(purpose="looks", object_id=patient.public_id).count() == 2


def test_a_hundred_looks_cost_as_many_queries_as_one(cast: World) -> None:
    patient, client = cast.patient(), program(cast.zhou)
    address = f"/patients/{patient.public_id}/looks/"
    client.get(address)
    with connection.execute_wrapper(count := Count()):
        client.get(address)
    for _look in range(100):
        saw(cast.doctor.actor, "patient", patient.public_id, "patient page")

    with assertNumQueries(count.number):
        client.get(address)


class Count:
    """Counts statements."""

    number = 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        self.number += 1
        return execute(sql, params, many, context)
