"""The demonstration's cases: every desk has work, made by the product's own use cases, once."""

from collections import Counter
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from clinics.models import ClinicSession, ClinicStop, Post
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.roles import Role
from referral.booking.absence import absent_at
from referral.booking.expected import expected_on, waiting_for
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.cases.submission_models import PlaceRequest
from referral.credit.models import BookingBan, Breach, Restriction
from referral.credit.verify import verify
from referral.demo.checks import check_no_demonstration
from referral.demo.places import MARK
from referral.patients.models import Patient
from referral.returns.models import Return
from referral.worklist.queries import written_by
from reserved_pools.models import PoolSlot
from tests.cast_clinics import a_hospital
from vault.states import Event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def demonstration(settings: Any, tmp_path: Path) -> Path:
    settings.DEMO, settings.STATE_DIR = True, tmp_path
    call_command("demo", stdout=StringIO())
    return tmp_path


def statuses(model: Any) -> Counter[str]:
    return Counter(model.objects.values_list("status", flat=True))


def desks(kind: Role, name: str) -> list[Acting]:
    return [Acting(post.user, kind, post) for post in Post.objects.live().complete().filter(kind=kind, institution__name__contains=name)]


def test_every_desk_has_work_made_by_use_cases_and_a_second_start_adds_nothing(demonstration: Path) -> None:
    first = [statuses(model) for model in (Referral, Booking, Return)], Event.objects.count()
    told = StringIO()
    call_command("demo", stdout=told)

    assert "0 cases begun" in told.getvalue()
    assert ([statuses(model) for model in (Referral, Booking, Return)], Event.objects.count()) == first
    assert first[0] == [
        {
            "draft": 2 + 1 + 14 + 1,
            "submitted": 1,
            "accepted": 1,
            "booked": 2 + 2 + 2 + 1 + 28 + 2 + 1 + 2 + 1,
            "not_attended": 1 + 3,
            "closed": 2,
            "attended": 1,
            "reported": 1,
            "returned": 3,
        },
        {"cancelled": 1, "moved": 1, "booked": 2 + 2 + 14 + 2 + 1 + 2, "noshow": 3 + 3, "arrived": 2 + 1 + 14 + 1, "fulfilled": 5},
        {"sent": 1, "declined": 1, "accepted": 1},
    ]
    assert statuses(PlaceRequest) == {"asked": 1, "accepted": 1}
    assert PoolSlot.objects.referral().filter(service__kind="bed").values("service").distinct().count() >= 1
    assert PoolSlot.objects.referral().filter(service__kind="day_surgery").values("service").distinct().count() >= 1
    nothing_was_written_past_the_rules()
    who_did_not_come_was_seen_booked_and_told_before()
    the_ledger_has_something_on_every_page()
    the_first_hospital_and_every_centre_have_work()


def test_a_product_for_real_people_does_not_start_on_it(settings: Any) -> None:
    settings.DEMO = False
    assert check_no_demonstration(databases=["default"]) == []
    a_hospital(source=MARK)

    (said,) = check_no_demonstration(databases=["default"])

    assert said.id == "referral.E002"
    assert check_no_demonstration(databases=None) == []
    settings.DEMO = True
    assert check_no_demonstration(databases=["default"]) == []


def test_an_empty_database_without_tables_passes_the_check(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DEMO = False
    a_hospital(source=MARK)
    monkeypatch.setattr(connection.introspection, "table_names", list)

    assert check_no_demonstration(databases=["default"]) == []


def nothing_was_written_past_the_rules() -> None:
    """Told, under a right in force, within two weeks, each on a place of its own; the resident of the stories stays free."""
    days = set(Booking.objects.exclude(status="noshow").exclude(ends_at__lt=timezone.now()).values_list("visit_date", flat=True))
    assert timezone.localdate() < min(days) <= max(days) <= timezone.localdate() + timedelta(days=14)
    at_the_centre = Booking.objects.filter(mode="community_referral", moved_from=None)
    assert not at_the_centre.exclude(pool_slot__slot__session__status="stopped").filter(told_at=None).exists()
    in_force = set(ReferralRight.objects.in_force().values_list("pk", flat=True))
    assert set(at_the_centre.values_list("right_id", flat=True)) <= in_force
    assert sum(PoolSlot.objects.values_list("claimed", flat=True)) == Booking.objects.exclude(status__in=("cancelled", "moved")).count()
    assert not Referral.objects.filter(patient=Patient.objects.get(name="陈秀兰")).exists()


def who_did_not_come_was_seen_booked_and_told_before() -> None:
    """In this order, before the cut-off of the visit's day and within the horizon; a policy on trial judges them by these instants."""
    over = Booking.objects.filter(ends_at__lt=timezone.now()).select_related("referral__encounter")
    for one in over:
        steps = (one.referral.encounter.seen_at, one.referral.created_at, one.created_at, one.told_at, one.cancel_until, one.starts_at)
        assert list(steps) == sorted(steps), steps
        assert timedelta() < one.visit_date - timezone.localdate(one.created_at) <= timedelta(days=14)
    assert len(over) == 3 + 3 + 2


def the_ledger_has_something_on_every_page() -> None:
    """Calls to make, one appeal that waits and one decided, a breach without a mobile to tell; a ban where the window holds three."""
    (clerk, *_), now = desks(Role.WINDOW_CLERK, "北京大学第一医院"), timezone.now()
    assert [len(one.absence_calls.all()) for one in absent_at(clerk, now)] == [1, 0]
    assert statuses(Breach) == {"notified": 3, "appealed": 1, "struck": 1, "recorded": 1}
    year = Breach.objects.filter(status="notified").values("visit_date__year").distinct().count()
    assert (statuses(BookingBan), statuses(Restriction)) == ({"in_force": 1} if year == 1 else {}, {"in_force": 1})
    assert list(verify()) == []
    special = ClinicStop.objects.filter(is_special=True, status="in_force").count()
    assert special == (1 if ClinicSession.objects.filter(date=timezone.localdate() + timedelta(days=1)).exists() else 0)


def the_first_hospital_and_every_centre_have_work() -> None:
    """The window's list of today, every receiving doctor, and a doctor of each centre."""
    for clerk in desks(Role.WINDOW_CLERK, "北京大学第一医院"):
        assert {booking.status for booking in expected_on(clerk, timezone.localdate())} >= {"arrived", "fulfilled"}
    for doctor in desks(Role.RECEIVING_DOCTOR, "北京大学第一医院"):
        assert waiting_for(doctor).filter(status="arrived").exists()
    doctors = desks(Role.FAMILY_DOCTOR, "社区卫生服务中心")
    busy = {doctor.post.institution_id for doctor in doctors if doctor.post and written_by(doctor).exists()}
    assert busy == {doctor.post.institution_id for doctor in doctors if doctor.post}
