"""The demonstration loads through the product's own use cases, once, and tops itself up."""

import json
from collections import Counter
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from clinics.mirror import differences
from clinics.models import Attestation, ClinicSession, Institution, Post, RightDispute
from permissions.models import ReferralRight, RoleAssignment, User
from referral.demo.load import load, write_accounts
from referral.demo.marks import holds_demonstration, reasons_against
from referral.demo.people import everybody
from referral.demo.places import HOSPITALS
from referral.patients.models import FamilyDoctorContract, Patient
from referral.supervision.models import ConductSignature
from reserved_pools.models import PoolSlot
from tests.cast import a_user

pytestmark = pytest.mark.django_db


def silent(words: str) -> None:
    """Nobody listens."""


def counts() -> dict[str, int]:
    tables = (Institution, User, Post, ReferralRight, Patient, FamilyDoctorContract, ClinicSession, PoolSlot)
    return {table.__name__: table._default_manager.count() for table in tables}


@pytest.fixture
def two_hospitals(monkeypatch: pytest.MonkeyPatch) -> None:
    """The timetable of two hospitals says as much as that of twelve."""
    monkeypatch.setattr("referral.demo.load_sessions.HOSPITALS", (HOSPITALS[0], HOSPITALS[-1]))


def test_it_loads_once_and_later_adds_only_the_sessions_that_came_nearer(two_hospitals: None, tmp_path: Path, settings: Any) -> None:
    settings.DEMO, settings.STATE_DIR = True, tmp_path
    today = timezone.localdate()

    call_command("demo", stdout=StringIO())
    first = counts()
    call_command("demo", stdout=StringIO())
    again = counts()
    load(today + timedelta(days=7), tmp_path / "demo", silent)
    later = counts()

    assert first == again
    assert first["Institution"] == 12 + 21 + 15 + 12
    assert (first["User"], first["Patient"], first["FamilyDoctorContract"]) == (127, 68, 67)
    assert {name for name in first if first[name] != later[name]} == {"ClinicSession", "PoolSlot"}
    assert Counter(ReferralRight.objects.values_list("status", flat=True)) == {
        "granted": 37,
        "suspended": 1,
        "nominated": 3,
        "verified": 1,
        "sent_back": 1,
    }
    assert (RightDispute.objects.count(), Attestation.objects.filter(holds=True).count()) == (1, 14)
    assert (ConductSignature.objects.count(), len({one.institution_id for one in ConductSignature.objects.all()})) == (24, 24)
    assert not differences()
    assert holds_demonstration()
    assert list(User.objects.filter(acceptances=None).values_list("name", flat=True)) == ["林初晴"]
    assert RoleAssignment.objects.live().exclude(confirmed_by=None).count() == RoleAssignment.objects.count() == 6


def test_its_accounts_are_written_for_whoever_wants_to_log_in(tmp_path: Path) -> None:
    write_accounts(everybody(), tmp_path)

    accounts = json.loads((tmp_path / "accounts.json").read_text())

    assert accounts[0] == {
        "role": "family_doctor",
        "name": "周晓岚",
        "phone": "19900100001",
        "institution": "北京市西城区德胜社区卫生服务中心",
    }
    kinds = Counter(account["role"] for account in accounts)
    assert kinds == {
        "family_doctor": 43,
        "regional_specialist": 1,
        "district_admin": 2,
        "window_clerk": 13,
        "receiving_doctor": 25,
        "coordinator": 12,
        "manager": 27,
        "system_admin": 1,
        "security_admin": 1,
        "audit_admin": 1,
        "platform_operator": 1,
    }


def test_it_refuses_a_database_with_real_accounts_and_a_product_without_demo() -> None:
    a_user()

    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("demo")
    assert any("not the demonstration's" in reason for reason in reasons_against())


def test_it_refuses_a_gateway_that_reaches_strangers(settings: Any) -> None:
    settings.DEMO, settings.SMS_GATEWAY = True, "aliyun"

    assert [reason for reason in reasons_against() if "strangers" in reason]
