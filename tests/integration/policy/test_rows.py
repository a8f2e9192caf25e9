"""A value of the regulation: one person enters, another approves; what has no effect is refused; an end takes two people too."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clinics import policy
from clinics.models import PolicyRow
from clinics.policy.board import lines_of, waiting, waiting_to_decide
from clinics.policy.judging import parameter_named
from clinics.policy.rows import ask_end, refuse_end, reject, withdraw
from clinics.policy.scope import scope_of
from permissions.acting import Acting
from reserved_pools.policy_acts import approve, approve_end
from tests.cast import a_district, acting_as, an_admin
from tests.cast_clinics import a_coordinator, a_department, a_hospital, in_days, today
from tests.integration.policy.cast_policy import Desk
from vault.models import AuditEntry, Event
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


def held(desk: Desk, key: str, days: int, place: Any = None) -> Any:
    return policy.values([parameter_named(key)], desk.scope(place).target, in_days(days))[key].value


def refused(code: str, act: Any, *args: Any, **more: Any) -> Refusal:
    before = list(PolicyRow.objects.order_by("pk").values())
    with pytest.raises(Refusal) as caught:
        act(*args, **more)
    assert caught.value.code == code
    assert list(PolicyRow.objects.order_by("pk").values()) == before
    return caught.value


def test_a_value_counts_from_its_day_once_a_second_person_approved(desk: Desk) -> None:
    row = desk.draft("promise_days", "2", start=in_days(3))

    assert held(desk, "promise_days", 3) == 3
    approve(row, today=today(), expected_version=1, by=desk.second)

    assert [held(desk, "promise_days", days) for days in (2, 3, 400)] == [3, 2, 2]
    assert (row.entered_by, row.approved_by, row.version) == (desk.first.user, desk.second.user, 2)
    assert list(Event.objects.filter(object_id=row.public_id).order_by("id").values_list("event", flat=True)) == ["enter", "approve"]
    verbs = AuditEntry.objects.filter(object_id=row.public_id).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["enter_policy", "approve_policy"]


def test_nobody_approves_what_she_entered_herself(desk: Desk) -> None:
    row = desk.draft("promise_days", "2")

    refused("second_person_required", approve, row, today=today(), expected_version=1, by=desk.first)
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyRow.objects.filter(pk=row.pk).update(approved_by=desk.first.user)


def test_a_coordinator_enters_for_her_own_hospital_and_the_district_decides(desk: Desk) -> None:
    row = desk.draft("booking_cutoff", "14:00", desk.hospital, by=desk.coordinator)

    refused("not_allowed", approve, row, today=today(), expected_version=1, by=a_coordinator(desk.hospital))
    approve(row, today=today(), expected_version=1, by=desk.first)

    assert str(held(desk, "booking_cutoff", 1, desk.hospital)) == "14:00:00"
    assert str(held(desk, "booking_cutoff", 1, desk.other)) == "15:00:00"


def strangers(desk: Desk) -> list[Acting]:
    elsewhere = a_district("110105", "朝阳区")
    return [acting_as(an_admin("外区", district=elsewhere)), a_coordinator(desk.other)]


def test_people_of_other_places_neither_reject_nor_withdraw_nor_end(desk: Desk) -> None:
    draft, row = desk.draft("booking_cutoff", "14:00", desk.hospital), desk.row("return_time", "11:30", desk.hospital)

    for stranger in strangers(desk):
        refused("not_allowed", withdraw, draft, expected_version=1, by=stranger)
        refused("not_allowed", reject, draft, reason="不行", expected_version=1, by=stranger)
        refused("not_allowed", approve, draft, today=today(), expected_version=1, by=stranger)
        refused("not_allowed", ask_end, row, ends_on=in_days(5), today=today(), expected_version=2, by=stranger)


@pytest.mark.parametrize(
    ("key", "value", "level"),
    [
        ("booking_cutoff", "16:00", "hospital"),  # earliest
        ("reserved_share", "0.25", "hospital"),  # at least
        ("reserved_share", "0.30", "district"),  # at least, the same
        ("booking_horizon_days", "21", "hospital"),  # at most
        ("limit_7_days", "4", "district"),  # at most, the city's
        ("return_days_before", "1", "department"),
        ("pool_lead_days", "7", "district"),
    ],
)
def test_a_value_that_would_have_no_effect_is_refused_with_the_rule(desk: Desk, key: str, value: str, level: str) -> None:
    place = {"hospital": desk.hospital, "district": None, "department": desk.heart}[level]

    refusal = refused("no_effect", desk.draft, key, value, place)

    (violation,) = refusal.violations
    assert violation.rule
    assert violation.source
    assert violation.remedy
    assert not PolicyRow.objects.exists()


def test_a_lower_level_is_measured_by_what_the_one_above_set(desk: Desk) -> None:
    desk.row("reserved_share", "0.40")

    refused("no_effect", desk.draft, "reserved_share", "0.35", desk.hospital)
    desk.row("reserved_share", "0.45", desk.hospital)

    assert [str(held(desk, "reserved_share", 1, place)) for place in (None, desk.hospital, desk.heart)] == ["0.40", "0.45", "0.45"]


def test_a_draft_that_lost_its_effect_meanwhile_is_not_approved(desk: Desk) -> None:
    late = desk.draft("reserved_share", "0.35", desk.hospital)
    desk.row("reserved_share", "0.40")

    refused("no_effect", approve, late, today=today(), expected_version=1, by=desk.second)


@pytest.mark.parametrize(
    ("key", "value", "place", "more", "field"),
    [
        ("promise_days", "two", None, {}, "value"),
        ("promise_days", "0", None, {}, "value"),
        ("promise_days", "31", None, {}, "value"),
        ("reserved_share", "1.5", None, {}, "value"),
        ("booking_cutoff", "25:00", None, {}, "value"),
        ("reserved_share_base", "some", None, {}, "value"),
        ("exempt_classes", "general general", None, {}, "value"),
        ("general_without_cap", "maybe", None, {}, "value"),
        ("promise_days", "2", None, {"start": in_days(-1)}, "valid_from"),
        ("promise_days", "2", None, {"start": in_days(3000)}, "valid_from"),
        ("promise_days", "2", None, {"valid_to": in_days(1)}, "valid_to"),
        ("promise_days", "2", None, {"quote": "字" * 501}, "quote"),
        ("promise_days", "2", "hospital", {}, "institution"),
        ("no_show_threshold", "1", "hospital", {}, "institution"),  # any one missed visit (R165), a number of its own (R185)
        ("no_show_threshold", "2", "heart", {}, "department"),
        ("band_minutes_tertiary", "20", "heart", {}, "department"),
    ],
)
def test_a_bad_value_is_refused_at_its_field(desk: Desk, key: str, value: str, place: Any, more: Any, field: str) -> None:
    where = getattr(desk, place) if place else None

    refusal = refused("invalid_input", desk.draft, key, value, where, **more)

    assert [violation.field for violation in refusal.violations] == [field]
    assert not PolicyRow.objects.exists()


def test_every_fault_is_told_at_once(desk: Desk) -> None:
    refusal = refused("invalid_input", desk.draft, "promise_days", "x", desk.hospital, start=in_days(-1), quote="字" * 501)

    assert {violation.field for violation in refusal.violations} == {"value", "valid_from", "quote", "institution"}


def test_two_rows_of_one_place_never_begin_on_one_day_and_the_later_one_wins(desk: Desk) -> None:
    desk.row("promise_days", "2", start=in_days(2))
    refused("invalid_input", desk.draft, "promise_days", "1", start=in_days(2))
    desk.row("promise_days", "1", start=in_days(5))

    assert [held(desk, "promise_days", days) for days in (1, 2, 4, 5)] == [3, 2, 2, 1]
    (line,) = lines_of([parameter_named("promise_days")], desk.scope(), today())
    assert [(day, words[0]) for day, words in line.coming] == [(in_days(2), "2"), (in_days(5), "1")]


def test_of_two_drafts_of_one_day_only_one_is_approved(desk: Desk) -> None:
    one, two = (desk.draft("promise_days", value) for value in ("2", "1"))
    approve(one, today=today(), expected_version=1, by=desk.second)

    refusal = refused("invalid_input", approve, two, today=today(), expected_version=1, by=desk.second)

    assert refusal.violations[0].field == "valid_from"


def test_a_draft_whose_day_has_passed_is_entered_again(desk: Desk) -> None:
    row = desk.draft("promise_days", "2", start=today())

    refused("invalid_input", approve, row, today=in_days(1), expected_version=1, by=desk.second)


def test_an_end_takes_a_second_person_too(desk: Desk) -> None:
    row = desk.row("promise_days", "2")
    ask_end(row, ends_on=in_days(10), today=today(), expected_version=2, by=desk.first)

    assert held(desk, "promise_days", 11) == 2
    refused("second_person_required", approve_end, row, today=today(), expected_version=3, by=desk.first)
    approve_end(row, today=today(), expected_version=3, by=desk.second)

    assert [held(desk, "promise_days", days) for days in (9, 10)] == [2, 3]
    refused("stale_state", approve_end, row, today=today(), expected_version=4, by=desk.second)


def test_a_value_that_has_not_begun_is_cancelled_by_its_end(desk: Desk) -> None:
    row = desk.row("promise_days", "2", start=in_days(4))
    ask_end(row, ends_on=in_days(4), today=today(), expected_version=2, by=desk.first)
    approve_end(row, today=today(), expected_version=3, by=desk.second)

    assert (row.status, held(desk, "promise_days", 5)) == ("cancelled", 3)
    desk.row("promise_days", "1", start=in_days(4))


def test_an_end_can_be_refused_or_taken_back(desk: Desk) -> None:
    row = desk.row("promise_days", "2")
    ask_end(row, ends_on=in_days(10), today=today(), expected_version=2, by=desk.first)
    refuse_end(row, expected_version=3, by=desk.second)

    assert held(desk, "promise_days", 30) == 2
    assert row.ends_on is None


def test_a_rejection_says_why_and_a_withdrawal_is_final(desk: Desk) -> None:
    row, other = desk.draft("promise_days", "2"), desk.draft("promise_days", "1")

    refused("invalid_input", reject, row, reason=" ", expected_version=1, by=desk.second)
    reject(row, reason="缺少文件", expected_version=1, by=desk.second)
    withdraw(other, expected_version=1, by=desk.first)

    assert (row.status, other.status) == ("rejected", "withdrawn")
    refused("stale_state", approve, row, today=today(), expected_version=2, by=desk.second)


def test_the_worklist_counts_what_others_entered(desk: Desk) -> None:
    desk.draft("promise_days", "2")
    desk.draft("booking_cutoff", "14:00", desk.hospital, by=desk.coordinator)
    ending = desk.row("return_time", "11:30", desk.other)
    ask_end(ending, ends_on=in_days(9), today=today(), expected_version=2, by=desk.first)

    assert [waiting_to_decide(by) for by in (desk.first, desk.second, desk.coordinator)] == [1, 3, 0]
    assert [waiting(by).count() for by in (desk.first, desk.second, desk.coordinator)] == [3, 3, 2]


def test_a_department_of_another_hospital_is_none_of_hers(desk: Desk) -> None:
    strange = a_department(a_hospital("友谊医院"))

    refused("not_found", scope_of, desk.coordinator, None, strange.public_id)
    refused("not_found", scope_of, desk.coordinator, desk.other.public_id, None)
    refused("not_found", scope_of, desk.coordinator, desk.hospital.public_id, strange.public_id)
    refused("invalid_input", scope_of, desk.coordinator, None, None)
