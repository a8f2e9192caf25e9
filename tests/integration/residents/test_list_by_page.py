"""The list of residents from the upload to the page of a resident, by the import's own steps."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from clinics.imports import jobs, work
from clinics.imports.kinds import open_to
from clinics.models import ImportJob
from referral.patients.models import Patient
from referral.patients.roster.columns import COLUMNS
from tests.cast import sign_in
from tests.cast_referral import today
from tests.integration.residents.scene import Centres, centres
from tests.integration.residents.test_roster import line

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Centres:
    monkeypatch.setattr(jobs, "wake", lambda _job: None)
    monkeypatch.setattr(work, "wake", lambda _job: None)
    return centres()


def as_csv(*lines: dict[str, str]) -> bytes:
    held = io.StringIO()
    writer = csv.DictWriter(held, [column.name for column in COLUMNS])
    writer.writerow({column.name: str(column.title) for column in COLUMNS})
    writer.writerows(lines)
    return held.getvalue().encode("gb18030")


def test_a_list_is_checked_agreed_to_and_applied_and_its_faults_are_told(cast: Centres, client: Client) -> None:
    good, bad = line(1), line(2, document_number="1.10102E+17")
    job = jobs.receive("residents", "居民.csv", as_csv(good, bad), by=cast.manager)

    work.work(job.public_id, today=today())
    job = ImportJob.objects.get(pk=job.pk)
    assert (job.status, job.to_create, job.faulty, Patient.objects.count()) == ("checked", 1, 1, 0)
    jobs.confirm(job, leave_out_faulty=True, by=cast.manager, expected_version=job.version)
    work.work(job.public_id, today=today())

    job = ImportJob.objects.get(pk=job.pk)
    assert (job.status, job.created, job.left_out) == ("applied", 1, 1)
    sign_in(client, cast.manager.user, cast.manager.post)
    text = client.get(reverse("resident_page", args=[Patient.objects.get().public_id])).content.decode()
    assert "德胜第一团队" in text
    assert "孙经理" in text


def test_only_managers_of_residents_import_them(cast: Centres) -> None:
    assert "residents" in [importer.key for importer in open_to(cast.manager)]
    assert "residents" not in [importer.key for importer in open_to(cast.world.doctor)]
