"""The no-show ledger on real PostgreSQL: recorded, told, appealed, decided by another, banned and lifted; always equal to a re-count."""

import random
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from clinics.models import Alliance
from referral.booking.noshow import report_noshow, undo_noshow
from referral.credit.appeal import appeal, appeal_by_resident, decide
from referral.credit.evasion import record_evasion
from referral.credit.ledger import listings
from referral.credit.models import Appeal, BookingBan, Breach, Restriction
from referral.credit.record import standing_breaches
from referral.credit.restrict import Wanted, lift, restrict
from referral.credit.standing import standing_in
from referral.credit.verify import prove, verify
from referral.inbox.models import Notice
from referral.patients.models import Patient
from tests.cast import a_district, acting_as, an_admin
from tests.cast_ledger import Ledger, ledger, rule
from tests.cast_loop import fresh
from tests.cast_referral import institution, referring_post, today
from tests.database import as_owner
from tests.thorough import THOROUGH
from vault.models import AuditEntry, Event, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
REASON = "当天地铁停运，有公告"


@pytest.fixture
def cast(db: None) -> Ledger:
    return ledger()


def refused(code: str, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Refusal:
    tables = (AuditEntry, Event, Message, Notice, Breach, Appeal, BookingBan, Restriction)
    before = [table.objects.count() for table in tables]
    with pytest.raises(Refusal) as told:
        act(*args, **kwargs)
    assert told.value.code == code
    assert [table.objects.count() for table in tables] == before
    return told.value


def appealed(cast: Ledger, breach: Breach) -> Appeal:
    breach.refresh_from_db()
    return appeal(breach.public_id, text=REASON, evidence="公告截图", expected_version=breach.version, by=cast.doctor)


def decided(cast: Ledger, filed: Appeal, decision: str) -> Breach:
    breach = Breach.objects.get(pk=filed.breach_id)
    return decide(filed.public_id, decision, reason="公告属实", expected_version=breach.version, by=cast.admin)


def test_a_breach_is_told_to_the_resident_and_her_doctor_and_counts(cast: Ledger) -> None:
    patient = cast.patient()

    breach = cast.breach(patient)

    assert (breach.status, breach.version, breach.recorded_by) == ("notified", 2, cast.clerk.user)
    assert breach.policy == {
        "threshold": 3, "window": "calendar_year", "months": 3, "ban_months": 3, "covers": "booking_and_referral",
    }  # fmt: skip
    assert Message.objects.get(template="breach_recorded").about == breach.public_id
    assert Notice.objects.get(kind="breach_recorded").post_id == cast.loop.world.zhou.pk
    standing = standing_in(patient, cast.loop.world.district, today())
    assert (standing.count, standing.limit, standing.resets_on.isoformat()) == (1, 3, f"{today().year + 1}-01-01")


def test_without_a_mobile_nobody_was_told_and_the_record_says_so(cast: Ledger) -> None:
    patient = cast.patient()
    Patient.objects.filter(pk=patient.pk).update(phone="", phone_hash="", phone_tail="", landline="010-82001111", landline_tail="1111")
    patient.refresh_from_db()

    assert cast.breach(patient).status == "recorded"


def test_the_third_lists_the_resident_from_that_instant_and_tells_her(cast: Ledger) -> None:
    patient = cast.patient()

    ban = cast.listed(patient)

    last = Breach.objects.latest("pk")
    assert (ban.valid_from, ban.covers, ban.breaches.count()) == (last.created_at, "booking_and_referral", 3)
    assert Message.objects.get(template="ban_listed").about == last.public_id
    standing = standing_in(patient, cast.loop.world.district, today())
    assert (standing.count, standing.ban_until, standing.is_banned) == (0, ban.valid_to, True)
    assert list(verify()) == []


def test_a_struck_appeal_recounts_and_lifts_the_ban_it_caused(cast: Ledger) -> None:
    ban = cast.listed()
    filed = appealed(cast, ban.breaches.first())

    breach = decided(cast, filed, "struck")

    ban.refresh_from_db()
    filed.refresh_from_db()
    assert (breach.status, ban.status, filed.decided_by, filed.reason) == ("struck", "lifted", cast.admin.user, "公告属实")
    assert set(Notice.objects.filter(about=breach.public_id).values_list("kind", flat=True)) == {
        "breach_recorded", "breach_appealed", "breach_struck",
    }  # fmt: skip
    standing = standing_in(breach.patient, cast.loop.world.district, today())
    assert (standing.count, standing.is_banned) == (2, False)
    assert list(verify()) == []


def test_an_upheld_appeal_leaves_everything_and_is_final(cast: Ledger) -> None:
    ban = cast.listed()
    filed = appealed(cast, ban.breaches.first())

    breach = decided(cast, filed, "upheld")

    ban.refresh_from_db()
    assert (breach.status, ban.status) == ("upheld", "in_force")
    refused("stale_state", decided, cast, filed, "struck")
    refused("stale_state", appealed, cast, breach)


def test_who_recorded_or_filed_does_not_decide(cast: Ledger) -> None:
    filed = appealed(cast, cast.breach())
    breach = Breach.objects.get(pk=filed.breach_id)
    Breach.objects.filter(pk=breach.pk).update(recorded_by=cast.admin.user)

    refused("second_person_required", decided, cast, filed, "struck")

    again = decide(filed.public_id, "struck", reason="另一人决定", expected_version=breach.version, by=cast.second)
    assert again.status == "struck"


def test_only_her_own_unit_appeals_and_only_her_district_decides(cast: Ledger) -> None:
    breach, world = cast.breach(), cast.loop.world
    far = institution(world.district, "新街口社区卫生服务中心", "新街口", kind="centre", level="9")
    stranger = referring_post("韩外院", far, world.admin, Alliance.objects.get())
    elsewhere = acting_as(an_admin("外区管", district=a_district("110108", "海淀区")))
    said = {"text": REASON, "expected_version": breach.version}

    refused("not_found", appeal, breach.public_id, **said, by=acting_as(stranger.user, stranger))
    refused("not_allowed", appeal, breach.public_id, **said, by=cast.clerk)
    filed = appealed(cast, breach)
    refused("not_found", decide, filed.public_id, "struck", reason="x", expected_version=3, by=elsewhere)
    refused("not_allowed", decide, filed.public_id, "struck", reason="x", expected_version=3, by=cast.doctor)


def test_all_faults_of_an_appeal_and_a_decision_are_told_at_once(cast: Ledger) -> None:
    breach = cast.breach()

    told = refused("invalid_input", appeal, breach.public_id, text=" ", evidence="长" * 501, expected_version=2, by=cast.doctor)
    assert [one.field for one in told.violations] == ["text", "evidence"]
    filed = appealed(cast, breach)
    told = refused("invalid_input", decide, filed.public_id, "perhaps", reason="", expected_version=3, by=cast.admin)
    assert [one.field for one in told.violations] == ["decision", "reason"]


def test_the_resident_appeals_herself_once_and_in_time(cast: Ledger) -> None:
    breach = cast.breach()
    old = cast.breach()
    with as_owner():
        Breach.objects.filter(pk=old.pk).update(created_at=old.created_at.replace(year=old.created_at.year - 1))

    filed = appeal_by_resident(breach.booking, text="我当天住院了")

    assert (filed.by_resident, filed.filed_by, Breach.objects.get(pk=breach.pk).status) == (True, None, "appealed")
    refused("stale_state", appeal_by_resident, breach.booking, text="再说一次")
    refused("too_late", appeal_by_resident, old.booking, text="太晚了")
    refused("not_found", appeal_by_resident, cast.over(), text="没有这条")


def test_an_appealed_breach_is_no_longer_taken_back_by_the_hospital(cast: Ledger) -> None:
    breach = cast.breach()
    appealed(cast, breach)
    booking = breach.booking

    refused("stale_state", undo_noshow, booking.public_id, expected_version=booking.version, by=cast.clerk)


def test_evasion_lists_at_once_and_is_decided_by_another_person(cast: Ledger) -> None:
    booking = cast.loop.booked()

    breach = record_evasion(f" {booking.number[:4]} {booking.number[4:]} ", evidence="另有一张证件同日同科", by=cast.admin)

    ban = BookingBan.objects.get(patient=booking.patient)
    assert (breach.kind, breach.status, list(ban.breaches.all())) == ("evasion", "notified", [breach])
    assert list(verify()) == []
    refused("already_recorded", record_evasion, booking.number, evidence="再来", by=cast.second)
    refused("not_found", record_evasion, "1101022611229999", evidence="没有", by=cast.admin)
    filed = appealed(cast, breach)
    refused("second_person_required", decided, cast, filed, "struck")
    decide(filed.public_id, "struck", reason="同名不同人", expected_version=3, by=cast.second)
    ban.refresh_from_db()
    assert ban.status == "lifted"


def test_a_hospital_restricts_after_so_many_uncollected_numbers_and_lifts(cast: Ledger) -> None:
    patient = cast.patient()
    wanted = Wanted(patient.public_id, "多次未取号", today())
    for days in (-3, -2):
        cast.missed(patient, days=days)

    told = refused("below_threshold", restrict, wanted, by=cast.coordinator)
    assert "2" in str(told.message) and "3" in str(told.message)
    cast.missed(patient, days=-1)
    one = restrict(wanted, by=cast.coordinator)

    assert (one.institution, one.status) == (cast.loop.world.hospital, "in_force")
    assert Message.objects.get(template="hospital_restricted").about == one.public_id
    refused("already_exists", restrict, wanted, by=cast.coordinator)
    refused("not_allowed", restrict, wanted, by=cast.clerk)
    refused("invalid_input", lift, one.public_id, reason=" ", expected_version=1, by=cast.coordinator)
    lift(one.public_id, reason="已约谈", expected_version=1, by=cast.coordinator)
    one.refresh_from_db()
    assert (one.status, one.lifted_by) == ("lifted", cast.coordinator.user)
    refused("stale_state", lift, one.public_id, reason="再来", expected_version=1, by=cast.coordinator)


@pytest.mark.parametrize("window", ["calendar_year", "rolling_months", "lifetime"])
def test_after_any_history_the_tables_equal_a_recount_from_the_events(cast: Ledger, window: str) -> None:
    """Random reports, undos, appeals and decisions; after each step the ledger is what the pure re-count says."""
    rule(cast, no_show_window=window, no_show_threshold="2")
    patient, rolls = cast.patient(), random.Random(f"110102{window}")
    visits = [cast.over(patient, days=days) for days in range(-9, -18 * (5 if THOROUGH else 3), -18)]
    for _step in range(40 if THOROUGH else 12):
        act = rolls.choice(("miss", "miss", "undo", "appeal", "strike", "uphold"))
        open_ones = list(Breach.objects.filter(patient=patient).exclude(status__in=("struck", "upheld")).order_by("pk"))
        breach = rolls.choice(open_ones) if open_ones else None
        if visits and (act == "miss" or breach is None):
            booking = visits.pop(rolls.randrange(len(visits)))
            report_noshow(booking.public_id, "no_word", expected_version=booking.version, by=cast.clerk)
        elif breach is not None and act == "undo" and breach.status != "appealed":
            booking = breach.booking
            undo_noshow(booking.public_id, expected_version=booking.version, by=cast.clerk)
            visits.append(fresh(booking))
        elif breach is not None and breach.status in ("recorded", "notified"):
            appealed(cast, breach)
        elif breach is not None:
            decided(cast, breach.appeal, "struck" if act == "strike" else "upheld")
        assert list(verify()) == []
    held = BookingBan.objects.filter(patient=patient, status="in_force").order_by("valid_from")
    assert [ban.valid_from for ban in held] == [one.valid_from for one in listings(standing_breaches(patient.pk))]
    assert Breach.objects.filter(patient=patient).count() > 1


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("UPDATE referral_bookingban SET valid_to = valid_to + interval '1 day'", "booking_ban"),
        ("DELETE FROM referral_bookingban_breaches", "booking_ban"),
        ("UPDATE referral_breach SET version = version + 1", "breach"),
        ("UPDATE referral_breach SET cause = 'unknown'", "breach"),
        ("DELETE FROM referral_bookingban_breaches; DELETE FROM referral_bookingban; DELETE FROM referral_breach", "booking"),
        (
            "DELETE FROM referral_bookingban_breaches; DELETE FROM referral_breach; UPDATE referral_booking SET status = 'booked'",
            "booking_ban",
        ),
    ],
)
def test_every_planted_fault_is_named_by_the_recount(cast: Ledger, damage: str, named: str) -> None:
    cast.listed()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(damage)

    faults = prove()

    assert named in {fault.kind for fault in faults}
    assert AuditEntry.objects.get(verb="find_wrong_ledger").details["number"] == len(faults)
    with pytest.raises(CommandError, match="differ from the re-count"):
        call_command("ledger_verify", stdout=StringIO())
