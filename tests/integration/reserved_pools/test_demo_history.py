"""The invented past of the demonstration: deterministic, once, only there, and good enough to forecast from."""

from datetime import timedelta
from io import StringIO
from statistics import mean
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from clinics.models import Institution
from referral.demo.history import load_history
from referral.demo.places import MARK
from reserved_pools.balance.ahead import error_ahead
from reserved_pools.balance.proposals import outlook
from reserved_pools.models import SessionOutcome
from tests.cast_balance import a_clinic, a_session, next_monday
from tests.cast_clinics import a_coordinator, a_department, today

pytestmark = pytest.mark.django_db


def enter() -> str:
    said = StringIO()
    call_command("demo_history", stdout=said)
    return said.getvalue()


def test_it_writes_ninety_days_once_and_only_in_the_demonstration(settings: Any) -> None:
    department = a_department(name="心血管内科")
    general, expert = a_clinic(department), a_clinic(department, expert=True)
    for day in range(5):
        a_session(general, next_monday() + timedelta(days=day))
    a_session(general, next_monday() + timedelta(days=4), afternoon=True)
    a_session(expert, next_monday())
    with pytest.raises(CommandError):
        enter()
    settings.DEMO, settings.SMS_GATEWAY = True, "file"
    with pytest.raises(CommandError):  # accounts that are not the demonstration's
        enter()
    Institution.objects.update(source=MARK)

    said = enter()
    written = SessionOutcome.objects.all()

    assert said == f"{written.count()} outcomes entered\n"
    assert 65 <= written.count() <= 7 * 13
    assert (written.earliest("date").date >= today() - timedelta(days=90), written.latest("date").date < today()) == (True, True)
    assert all(one.source == "earlier" and sorted(one.booked_by, reverse=True) == one.booked_by for one in written)
    assert all(one.booked_by[0] <= one.published for one in written)
    mornings = [one for one in written if one.service_id == general.pk and one.half_day == "am"]
    by_day = [mean(one.booked_by[0] for one in mornings if one.date.weekday() == day) for day in (0, 4)]
    assert by_day[0] > by_day[1]  # Mondays are wanted, Fridays less
    with pytest.raises(CommandError, match="already"):
        enter()
    before = list(written.order_by("pk").values_list("service", "date", "half_day", "booked_by"))
    SessionOutcome.objects.all().delete()
    load_history(today())
    assert list(SessionOutcome.objects.order_by("pk").values_list("service", "date", "half_day", "booked_by")) == before

    known = outlook(a_coordinator(department.institution), today())
    error = error_ahead({general.pk, expert.pk}, today())
    assert all(one.ahead.forecast for one in known.prospects)
    assert error is not None
    assert error.is_better
