"""Trying a document out on bookings there are: counts by rule, nobody named, nothing changed, and a long run that survives its worker."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from clinics.models import ClinicStop, PolicyRow, PolicySimulation, Slot
from clinics.policy.sets import SETS
from permissions.acting import Acting
from referral.booking.book import book
from referral.booking.cancel import cancel_by_resident
from referral.booking.models import Booking, BookingMode
from referral.credit.models import Breach
from referral.disruptions.models import Choice, Disruption
from referral.supervision import simulate as trials
from referral.supervision.simulate import refused_ahead, simulate, sweep, work
from referral.supervision.trying import TITLES, TRIED, Tally
from tests.cast import a_district, acting_as, an_admin
from tests.cast_referral import BONES, HEART, SUGAR, World, today, world
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
XICHENG, BEIJING = SETS["xicheng-2018"], SETS["beijing-2011"]
CODES = (HEART, SUGAR, BONES)


@pytest.fixture
def cast(db: None) -> World:
    held = world()
    PolicyRow.objects.create(
        parameter="booking_horizon_days", district=held.district, value="30", valid_from=today(), source="通知", status="in_force"
    )
    return held


def booked(cast: World, ahead: int, patient: Any = None, code: str = HEART) -> Booking:
    written, place = cast.referral(patient), cast.place(ahead, code=code)
    key = book(referral=written.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=cast.doctor)
    return Booking.objects.get(public_id=key)


def tried(cast: World, document: Any = XICHENG, keys: tuple[str, ...] = (), *, by: Acting | None = None, **changes: Any) -> Any:
    given = {"days": 30, "from_day": None, "is_alone": False} | changes
    return simulate(document, frozenset(keys), today=today(), by=by or cast.district_admin, **given)


def written() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Booking, PolicyRow)]


def test_what_a_document_would_refuse_is_counted_by_rule_and_nothing_is_changed(cast: World) -> None:
    chen = cast.patient()
    near, far = booked(cast, 3, chen), booked(cast, 20)
    before = written()

    run = tried(cast)

    counted = Tally.from_json(run.found)
    assert (run.total, run.done, counted.judged) == (2, 2, 2)
    assert run.finished_at is not None
    assert (counted.newly, counted.newly_open, counted.refused_now, counted.refused_then, counted.no_more) == (1, 1, 0, 1, 0)
    assert counted.by_rule == {"R106": [0, 1]}
    (example,) = counted.examples
    assert (example["rule"], example["count"], example["limit"], example["visit_date"]) == ("R106", 20, 14, far.visit_date.isoformat())
    assert chen.name not in json.dumps(run.found, ensure_ascii=False)
    assert str(near.public_id) not in json.dumps(run.found)
    assert written() == before
    assert AuditEntry.objects.filter(verb="simulate_policy_set", object_id=run.public_id).count() == 1


def test_three_months_bind_under_the_document_of_2011_and_can_be_left_out(cast: World) -> None:
    chen = cast.patient()
    for nth, ahead in enumerate((2, 4, 6, 10, 12, 14)):
        booked(cast, ahead, chen, CODES[nth % 3])

    bound = Tally.from_json(tried(cast, BEIJING).found)
    loose = Tally.from_json(tried(cast, BEIJING, ("limit_3_months", "booking_horizon_days")).found)

    assert bound.by_rule == {"R018": [0, 1]}
    assert [(one["count"], one["limit"]) for one in bound.examples] == [(5, 5)]
    assert (loose.by_rule, loose.newly) == ({}, 0)


def test_only_what_came_before_counts_and_what_was_cancelled_since_does_not(cast: World) -> None:
    chen = cast.patient()
    made = [booked(cast, ahead, chen, code) for ahead, code in ((3, HEART), (3, SUGAR), (5, BONES))]
    PolicyRow.objects.create(
        parameter="limit_per_day", district=cast.district, value="1", valid_from=today(), source="通知", status="in_force"
    )

    assert Tally.from_json(tried(cast).found).by_rule == {"R108": [1, 1]}  # the document's limit leaves the stricter one beside it
    Booking.objects.filter(pk=made[0].pk).update(status="cancelled", cancel_cause="by_referrer")
    assert Tally.from_json(tried(cast).found).by_rule == {}


def test_alone_the_document_leaves_out_what_stands_beside_it(cast: World) -> None:
    booked(cast, 20)
    chen = cast.patient()
    for number in range(3):
        miss(cast, chen, 40 + number)

    together, alone = tried(cast), tried(cast, is_alone=True)

    assert [Tally.from_json(run.found).newly for run in (together, alone)] == [1, 1]
    expected = int(len({(today() - timedelta(days=ago)).year for ago in (40, 41, 42)}) == 1)
    assert [(run.found["listed_now"], run.found["listed_then"]) for run in (together, alone)] == [(expected, expected), (expected, 1)]


def test_only_who_would_be_on_the_list_at_this_moment_is_counted(cast: World) -> None:
    PolicyRow.objects.create(parameter="no_show_window", value="lifetime", valid_from=today(), source="规定", status="in_force")
    over = [cast.patient(name) for name in ("陈玉兰", "张桂英")]
    evading, banned = cast.patient("王秀英"), cast.patient("李玉珍")
    for patient in over:
        for number in range(3):
            miss(cast, patient, 900 + number)
    Breach.objects.update(created_at=timezone.now() - timedelta(days=890))  # both were listed, and their bans are over
    miss(cast, over[0], 40)  # starts a new count
    miss(cast, evading, 41)
    Breach.objects.filter(patient=evading).update(kind="evasion")
    for number in range(3):
        miss(cast, banned, 40 + number)

    run = tried(cast, keys=("booking_horizon_days",))

    assert (run.found["listed_now"], run.found["listed_then"]) == (2, 2)


def test_missed_visits_and_frequent_changes_before_a_booking_count_under_the_values_tried(cast: World) -> None:
    chen, wang = cast.patient(), cast.patient("王秀英")
    common = {"valid_from": today() - timedelta(days=1), "source": "规定", "status": "in_force"}
    PolicyRow.objects.create(parameter="no_show_window", value="lifetime", **common)
    for key, value in (("churn_applies", "yes"), ("churn_changes", "0")):
        PolicyRow.objects.create(parameter=key, district=cast.district, value=value, **common)
    for number in range(3):
        miss(cast, chen, 40 + number)
    booked(cast, 4, chen)
    changed = booked(cast, 5, wang)
    cancel_by_resident(changed)
    PolicyRow.objects.filter(parameter="churn_changes").update(value="1")
    booked(cast, 6, wang)
    PolicyRow.objects.filter(parameter="churn_changes").update(value="0")

    found = Tally.from_json(tried(cast, BEIJING, ("no_show_ban_covers",)).found)  # of 2011 a ban leaves referral open

    assert {rule: found.by_rule.get(rule) for rule in ("R136", "R147")} == {"R136": [1, 0], "R147": [1, 1]}
    assert (found.no_more, found.newly) == (1, 0)


def changed_often(cast: World, patient: Any) -> Booking:
    """A booking of a resident who changed one before, while the district allows none; made before it said so."""
    common = {"district": cast.district, "valid_from": today() - timedelta(days=1), "source": "规定", "status": "in_force"}
    PolicyRow.objects.create(parameter="churn_applies", value="yes", **common)
    PolicyRow.objects.create(parameter="churn_changes", value="1", **common)
    cancel_by_resident(booked(cast, 5, patient))
    made = booked(cast, 6, patient)
    PolicyRow.objects.filter(parameter="churn_changes").update(value="0")
    return made


def test_a_visit_of_a_blocked_band_given_up_is_no_change_of_the_residents_own(cast: World) -> None:
    made = changed_often(cast, cast.patient())
    before = Tally.from_json(tried(cast).found)
    given_up = Booking.objects.get(patient=made.patient_id, status="cancelled")

    Slot.objects.filter(pool_slots=given_up.pool_slot_id).update(is_blocked=True)
    after = Tally.from_json(tried(cast).found)

    assert (before.by_rule, after.by_rule) == ({"R147": [1, 1]}, {})


def test_a_booking_of_the_consulting_room_is_judged_by_the_rules_it_had_to_pass(cast: World) -> None:
    made = changed_often(cast, cast.patient())
    from_afar = Tally.from_json(tried(cast).found)

    Booking.objects.filter(pk=made.pk).update(mode=BookingMode.CONSULTATION)
    in_the_room = Tally.from_json(tried(cast).found)

    assert (from_afar.judged, from_afar.by_rule) == (2, {"R147": [1, 1]})
    assert (in_the_room.judged, in_the_room.by_rule) == (2, {})


@pytest.mark.parametrize(("choice", "expected"), [(Choice.ACCEPT, {}), (Choice.OTHER_TIME, {"R106": [0, 1]})])
def test_a_substitute_is_not_asked_for_changes_nor_a_held_one_for_its_day(
    cast: World, choice: Choice, expected: dict[str, list[int]]
) -> None:
    stopped, made = booked(cast, 4, cast.patient("王秀英")), changed_often(cast, cast.patient("赵敏"))
    far = booked(cast, 20, cast.patient("孙丽"))
    before = Tally.from_json(tried(cast).found).by_rule
    for one, at in ((made, stopped), (far, made)):
        settled(cast, one, at, choice)

    found = Tally.from_json(tried(cast).found)

    assert before == {"R147": [1, 1], "R106": [0, 1]}
    assert found.by_rule == expected


def settled(cast: World, new: Booking, stopped: Booking, choice: Choice) -> None:
    """The new booking stands in for the stopped one."""
    stop = ClinicStop.objects.create(
        service=stopped.pool_slot.service, first_day=stopped.visit_date, last_day=stopped.visit_date, reason_code="illness",
        status="in_force", asked_by=cast.district_admin.user,
    )  # fmt: skip
    state = "substituted" if choice == Choice.ACCEPT else "other_time"
    Disruption.objects.create(
        stop=stop, booking=stopped, new_booking=new, status=state, choice=choice, chosen_by="resident", chosen_at=timezone.now()
    )


def miss(cast: World, patient: Any, days_ago: int) -> None:
    """A missed visit; the booking under it is made lawfully and moved into the past."""
    booking = booked(cast, 3, patient, CODES[days_ago % 3])
    day = today() - timedelta(days=days_ago)
    Booking.objects.filter(pk=booking.pk).update(visit_date=day, status="noshow")
    Breach.objects.create(
        patient=patient, booking=booking, district=cast.district, institution=booking.institution, visit_date=day, cause="no_word"
    )


def test_other_districts_bookings_are_none_of_it(cast: World) -> None:
    booked(cast, 20)
    strange = acting_as(an_admin("孙海", district=a_district("110101", "东城区")))

    assert tried(cast, by=strange).total == 0


def test_bookings_of_long_ago_are_left_out_unless_they_lie_ahead(cast: World) -> None:
    old, ahead = booked(cast, 3), booked(cast, 20)
    Booking.objects.all().update(created_at=timezone.now() - timedelta(days=60))
    Booking.objects.filter(pk=old.pk).update(status="cancelled", cancel_cause="by_referrer")

    assert (tried(cast, days=30).total, tried(cast, days=90).total) == (1, 2)
    assert ahead.visit_date > today()


def test_a_long_run_goes_to_the_worker_and_goes_on_in_pieces(
    cast: World, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    for ahead in (3, 20, 21, 22, 23):
        booked(cast, ahead)
    sent: list[list[str]] = []
    monkeypatch.setattr(trials, "AT_ONCE", 2)
    monkeypatch.setattr(trials, "PIECE", 2)
    monkeypatch.setattr(trials.current_app, "send_task", lambda _name, args, **_more: sent.append(args))

    with django_capture_on_commit_callbacks(execute=True):
        run = tried(cast)

    assert (run.total, run.done, run.finished_at, sent) == (5, 0, None, [[str(run.public_id)]])
    assert trials._piece(run)
    assert not trials._piece(run)  # another worker with the same picture counts nothing twice
    run.refresh_from_db()
    assert (run.done, run.found["judged"], run.finished_at) == (2, 2, None)
    work(run.public_id)
    run.refresh_from_db()
    assert (run.done, run.total, run.found["judged"], run.found["newly"]) == (5, 5, 5, 4)
    assert run.finished_at is not None


def test_a_run_whose_worker_died_is_taken_up_again(cast: World) -> None:
    booked(cast, 20)
    run = tried(cast)
    PolicySimulation.objects.filter(pk=run.pk).update(finished_at=None, done=0, found={}, last=0, touched_at=timezone.now())

    sweep()
    assert PolicySimulation.objects.get().finished_at is None
    PolicySimulation.objects.update(touched_at=timezone.now() - timedelta(minutes=5))
    sweep()

    run.refresh_from_db()
    assert run.finished_at is not None
    assert run.found["newly"] == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"keys": ("nothing",)}, "parameters"), ({"days": 3}, "days"), ({"from_day": today() - timedelta(days=1)}, "valid_from")],
)
def test_what_cannot_be_tried_is_refused(cast: World, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as caught:
        tried(cast, **changes)

    assert [one.field for one in caught.value.violations] == [field]
    assert not PolicySimulation.objects.exists()


def test_only_the_district_tries_documents_out(cast: World) -> None:
    with pytest.raises(Refusal) as caught:
        tried(cast, by=cast.doctor)

    assert caught.value.code == "not_allowed"


def test_the_preview_counts_only_what_lies_ahead_from_the_first_day(cast: World) -> None:
    booked(cast, 18)
    booked(cast, 20)

    found, is_cut = refused_ahead(XICHENG, {"booking_horizon_days"}, cast.district, today() + timedelta(days=19))

    assert (found.judged, found.newly, is_cut) == (1, 1, False)


def test_every_rule_that_is_tried_has_a_name() -> None:
    assert len(TITLES) == len(TRIED)
    assert all(any(rule in str(one.__doc__) for one in TRIED) for rule in TITLES)
