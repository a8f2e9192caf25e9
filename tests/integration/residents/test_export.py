"""The list of residents as a file: what the filters leave, masked like the list, no formula, its taking in the trail."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from referral.patients.models import CareTeam
from referral.patients.priority import Shown, set_priority
from tests.cast import sign_in
from tests.cast_referral import today
from tests.integration.residents.scene import Centres, centres
from vault.models import AuditEntry

pytestmark = pytest.mark.django_db
EVIL = "=HYPERLINK(1)"


@pytest.fixture
def cast(client: Client) -> Centres:
    made = centres()
    sign_in(client, made.manager.user, made.manager.post)
    return made


def rows_of(answer: Any, form: str) -> list[list[Any]]:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if form == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    return [[cell.value or "" for cell in row] for row in load_workbook(io.BytesIO(content)).active.iter_rows()]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_filtered_list_is_taken_masked_without_formulas_and_audited(client: Client, cast: Centres, form: str) -> None:
    evil = CareTeam.objects.create(institution=cast.world.centre, name=EVIL)
    held = cast.world.patient("陈秀兰", phone="13900001234", priority_group="elderly", address="安德路1号")
    cast.world.contract(held, care_team=evil, valid_from=today() - timedelta(days=9), health_record_number="11010200700200777")
    held.contracts.exclude(care_team=evil).delete()
    proof = Shown("elderly", "身份证", today() + timedelta(days=90))
    set_priority(held.public_id, proof, by=cast.manager, today=today())
    cast.world.patient("吴未签", contract=False)

    answer = client.post(reverse("residents_export") + f"?standing=in_force&team={evil.public_id}&q=秀兰", {"as": form})

    head, *rows = rows_of(answer, form)
    last, tail = (today() + timedelta(days=264)).isoformat(), held.identifiers.get().tail
    assert rows == [
        ["陈*兰", "女", "1958-03-15", tail, "1234", "老年人", "签约有效", f"'{EVIL}", "周晓岚", last, "11010200700200777"]
    ]  # fmt: skip
    assert len(head) == 11
    entry = AuditEntry.objects.get(verb="export")
    assert (entry.verb, entry.actor_id) == ("export", cast.manager.user.public_id)
    filters = {"standing": "in_force", "team": str(evil.public_id), "doctor": ""}
    assert entry.details == {"list": "residents", "rows": 1, "format": form, "filters": filters}


def test_a_group_nobody_has_proved_is_not_in_the_file(client: Client, cast: Centres) -> None:
    cast.world.patient("名单来", priority_group="elderly")

    _head, *rows = rows_of(client.post(reverse("residents_export") + "?q=名单来", {"as": "csv"}), "csv")

    assert [(row[0], row[5]) for row in rows] == [("名*来", "")]


def test_many_residents_are_taken_with_as_many_questions_as_few(client: Client, cast: Centres, django_assert_max_num_queries: Any) -> None:
    for _ in range(12):
        cast.world.patient()

    with django_assert_max_num_queries(18):
        answer = client.post(reverse("residents_export"), {"as": "csv"})

    assert len(rows_of(answer, "csv")) == 13


def test_another_centre_takes_nothing_of_it_and_a_doctor_no_list(client: Client, cast: Centres) -> None:
    cast.world.patient()
    sign_in(client, cast.other_manager.user, cast.other_manager.post)
    assert len(rows_of(client.post(reverse("residents_export"), {"as": "csv"}), "csv")) == 1
    taken = AuditEntry.objects.count()

    sign_in(client, cast.world.zhou.user, cast.world.zhou)

    assert client.post(reverse("residents_export"), {"as": "csv"}).status_code == 403
    assert AuditEntry.objects.count() == taken
