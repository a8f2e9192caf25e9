"""Changes of a published session: what they add or take, how it is shared out, and who is told (R085, R125, R159)."""

from typing import Any

import pytest
from django.db import transaction

from clinics.models import ChangeKind, ClinicSession, PolicyRow, ScheduleChange, Slot
from reserved_pools.claims import claim
from reserved_pools.models import PlaceEvent, PoolKind, PoolSlot
from reserved_pools.sessions.band_blocks import block, unblock
from reserved_pools.sessions.changes import add_band, add_places
from reserved_pools.sessions.doctors import change_doctor, stand_ins
from reserved_pools.sessions.extra_sessions import ExtraSession, add_session
from tests.cast_clinics import at, in_days
from tests.integration.timetables.cast_weeks import Hospital, a_week_hospital, monday, whole
from vault.ids import uuid7
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


def parts(session: ClinicSession) -> tuple[int, int, int]:
    """All places of a session, those for referrers, those for residents."""
    published = {
        kind: sum(PoolSlot.objects.filter(slot__session=session, kind=kind).values_list("published", flat=True)) for kind in PoolKind
    }
    return (
        sum(Slot.objects.filter(session=session).values_list("capacity", flat=True)),
        published[PoolKind.COMMUNITY_REFERRAL],
        published[PoolKind.RESIDENT_DIRECT],
    )


def moves_add_up(session: ClinicSession) -> bool:
    """Every published number is the sum of its moves."""
    signs = {"published": 1, "added": 1, "taken_back": -1, "withdrawn": -1}
    for one in PoolSlot.objects.filter(slot__session=session):
        moved = sum(signs.get(event.move, 0) * event.places for event in PlaceEvent.objects.filter(pool_slot=one))
        if moved != one.published:
            return False
    return True


def test_extra_places_are_shared_out_and_no_floor_breaks(hospital: Hospital) -> None:
    session = hospital.session(capacity=24)
    assert parts(session) == (24, 6, 14)  # 80 % bookable, 30 % of it for referrers
    band = session.slots.order_by("starts_at")[0]

    added = add_places(session, band.public_id, 6, reason="", by=hospital.by, expected_version=session.version)

    assert parts(session) == (30, 8, 16)
    assert (added.shares.referral, added.shares.direct, added.shares.window) == (2, 2, 2)
    assert whole(session).capacity == 30
    assert moves_add_up(session)
    assert [(one.kind, one.places, one.in_frozen_week) for one in ScheduleChange.objects.all()] == [("added_places", 6, False)]
    assert AuditEntry.objects.filter(verb="change_session", object_id=session.public_id).count() == 1


def test_a_chief_keeps_the_part_referrers_have_of_him(hospital: Hospital) -> None:
    hospital.template(capacity=24)
    hospital.template(hospital.chief, capacity=10, half_day="pm", starts="13:30", ends="17:30")
    chief = next(one for one in hospital.publish() if one.service == hospital.chief)
    before = parts(chief)
    assert before == (10, 6, 2)  # raised to hold half of the day's reserved places

    add_places(whole(chief), chief.slots.first().public_id, 4, reason="", by=hospital.by, expected_version=1)

    assert parts(chief) == (14, 9, 3)


def test_one_more_band_at_either_end_is_as_long_as_bands_are_here(hospital: Hospital) -> None:
    session = hospital.session()

    add_band(session, "end", 3, reason="", by=hospital.by, expected_version=1)
    add_band(whole(session), "start", 3, reason="", by=hospital.by, expected_version=2)

    held = whole(session)
    assert (held.starts_at, held.ends_at, held.capacity) == (at(session.date, 7, 30), at(session.date, 12, 30), 30)
    assert held.slots.count() == 10
    assert parts(session) == (30, 8, 16)
    assert moves_add_up(session)


def test_a_band_has_no_room_where_the_service_or_its_doctor_is_busy(hospital: Hospital) -> None:
    doctor = hospital.doctor()
    session = hospital.session(practitioner=doctor.public_id)
    hospital.template(hospital.chief, half_day="pm", starts="12:00", ends="15:00", practitioner=doctor.public_id)
    hospital.publish()

    with pytest.raises(Refusal) as refused:
        add_band(whole(session), "end", 3, reason="", by=hospital.by, expected_version=1)

    assert refused.value.violations[0].field == "where"
    assert (whole(session).slots.count(), ScheduleChange.objects.count()) == (8, 0)


def past_its_cut_off(hospital: Hospital) -> ClinicSession:
    """A session of the week after next whose hospital takes reserved places back twenty days before."""
    for name, days in (("return_days_before", 20), ("ordinary_release_days", 30)):
        PolicyRow.objects.create(
            parameter=name, institution=hospital.institution, value=days, valid_from=in_days(-30), source="医院决定", status="in_force"
        )
    return hospital.session()


def test_after_the_cut_off_extra_places_are_the_windows(hospital: Hospital) -> None:
    session = past_its_cut_off(hospital)

    added = add_places(session, session.slots.first().public_id, 3, reason="", by=hospital.by, expected_version=1)

    assert (added.shares.referral, added.shares.direct, added.shares.window) == (0, 0, 3)
    assert parts(session) == (27, 6, 14)


def test_a_blocked_band_takes_nobody_and_keeps_who_is_booked(hospital: Hospital) -> None:
    session = hospital.session()
    band = session.slots.order_by("starts_at")[0]
    place = PoolSlot.objects.referral().get(slot=band)
    PoolSlot.objects.filter(pk=place.pk).update(opens_at=at(in_days(-1), 8), published=2)
    PlaceEvent.objects.create(pool_slot=place, move="added", places=1)
    with transaction.atomic():
        assert claim(place.pk, about=uuid7())

    done = block(session, band.public_id, reason="", by=hospital.by, expected_version=1)

    direct = PoolSlot.objects.get(slot=band, kind=PoolKind.RESIDENT_DIRECT)
    place.refresh_from_db()
    assert (done.withdrawn, done.booked) == (3, 1)
    assert (place.published, place.claimed, place.closed_at is None, direct.published) == (1, 1, False, 0)
    assert Slot.objects.get(pk=band.pk).is_blocked
    with transaction.atomic():
        assert not claim(place.pk, about=uuid7())
    assert [(one.kind, one.places) for one in ScheduleChange.objects.all()] == [("blocked", -3)]


def test_a_blocked_band_opens_again_only_where_nothing_was_lost(hospital: Hospital) -> None:
    session = hospital.session()
    reserved = session.slots.order_by("starts_at")[0]
    block(session, reserved.public_id, reason="", by=hospital.by, expected_version=1)

    with pytest.raises(Refusal, match="places_withdrawn"):
        unblock(whole(session), reserved.public_id, reason="", by=hospital.by, expected_version=2)

    assert Slot.objects.get(pk=reserved.pk).is_blocked
    assert whole(session).version == 2


def test_a_band_of_the_window_alone_opens_again(hospital: Hospital) -> None:
    session = past_its_cut_off(hospital)
    add_band(session, "end", 3, reason="", by=hospital.by, expected_version=1)
    band = session.slots.order_by("-starts_at")[0]
    block(whole(session), band.public_id, reason="", by=hospital.by, expected_version=2)

    unblock(whole(session), band.public_id, reason="", by=hospital.by, expected_version=3)

    assert not Slot.objects.get(pk=band.pk).is_blocked
    assert list(ScheduleChange.objects.order_by("id").values_list("kind", flat=True)) == ["added_band", "blocked", "unblocked"]


def test_another_doctor_is_of_the_same_specialty_and_rank_and_free(hospital: Hospital) -> None:
    chief, junior, elsewhere = hospital.doctor(), hospital.doctor("王住院", "resident"), hospital.doctor("李骨科", "chief")
    other = a_week_hospital("宣武医院")
    elsewhere.department = type(hospital.heart).objects.create(institution=hospital.institution, standard_code="04.03", name="骨科")
    elsewhere.save()
    busy = hospital.doctor("赵主任", "chief")
    hospital.template(hospital.chief, practitioner=chief.public_id)
    hospital.template(hospital.general, practitioner=busy.public_id)
    session = whole(next(one for one in hospital.publish() if one.service == hospital.chief))
    free = hospital.doctor("钱主任", "chief")

    assert stand_ins(session) == [free]
    for wrong in (junior, elsewhere, busy, chief, other.doctor()):
        with pytest.raises(Refusal) as refused:
            change_doctor(session, wrong.public_id, reason="", by=hospital.by, expected_version=1)
        assert refused.value.violations[0].field == "practitioner"
    assert ScheduleChange.objects.count() == 0
    change_doctor(session, free.public_id, reason="", by=hospital.by, expected_version=1)

    assert whole(session).practitioner == free
    assert ScheduleChange.objects.get().kind == ChangeKind.DOCTOR


def extra(hospital: Hospital, **fields: Any) -> ExtraSession:
    held = {"date": monday(), "half_day": "am", "starts": "08:00", "ends": "12:00", "capacity": 24}
    return ExtraSession(hospital.general.public_id, **(held | fields))


def test_an_extra_session_is_carved_and_announced(hospital: Hospital) -> None:
    session = add_session(hospital.institution, extra(hospital), by=hospital.by)

    assert parts(session) == (24, 6, 14)
    assert session.is_uncapped  # a general clinic has no limit in the ordinary release (R004)
    assert ScheduleChange.objects.get().kind == ChangeKind.ADDED_SESSION
    with pytest.raises(Refusal) as refused:
        add_session(hospital.institution, extra(hospital), by=hospital.by)
    assert refused.value.violations[0].field == "half_day"
    assert ClinicSession.objects.count() == 1


def test_in_the_frozen_week_a_change_needs_a_reason(hospital: Hospital) -> None:
    soon = extra(hospital, date=in_days(3))
    with pytest.raises(Refusal) as refused:
        add_session(hospital.institution, soon, by=hospital.by)
    assert refused.value.violations[0].field == "reason"
    assert (ClinicSession.objects.count(), ScheduleChange.objects.count()) == (0, 0)
    session = whole(add_session(hospital.institution, extra(hospital, date=in_days(3), reason="流感高峰"), by=hospital.by))

    with pytest.raises(Refusal):
        add_places(session, session.slots.first().public_id, 3, reason=" ", by=hospital.by, expected_version=1)

    change = ScheduleChange.objects.get()
    assert (change.in_frozen_week, change.reason) == (True, "流感高峰")
    assert whole(session).capacity == 24


def test_a_version_seen_before_is_refused_and_nothing_changes(hospital: Hospital) -> None:
    session = hospital.session()
    band = session.slots.first().public_id
    add_places(session, band, 1, reason="", by=hospital.by, expected_version=1)
    before = parts(session)

    with pytest.raises(Refusal, match="stale_state"):
        add_places(whole(session), band, 1, reason="", by=hospital.by, expected_version=1)

    assert parts(session) == before
    assert ScheduleChange.objects.count() == 1


def test_only_who_runs_the_pools_changes_a_session(hospital: Hospital) -> None:
    session, stranger = hospital.session(), a_week_hospital("宣武医院").by
    band = session.slots.first().public_id

    for change in (
        lambda: add_places(session, band, 1, reason="", by=stranger, expected_version=1),
        lambda: add_band(session, "end", 1, reason="", by=stranger, expected_version=1),
        lambda: block(session, band, reason="", by=stranger, expected_version=1),
        lambda: add_session(hospital.institution, extra(hospital), by=stranger),
    ):
        with pytest.raises(Refusal, match="no_grant_on_target"):
            change()

    assert whole(session).version == 1
    assert ScheduleChange.objects.count() == 0
