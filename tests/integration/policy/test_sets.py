"""A district chooses a document: two people, a draft for comment knowingly, higher values stay, and everything has a way back."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clinics.models import PolicyRow, PolicySetChoice, PolicySetValue
from clinics.policy import Target, values
from clinics.policy.judging import parameter_named
from clinics.policy.sets import SETS
from clinics.policy.sets_compare import compare
from clinics.policy.sets_history import choice_timeline, chosen
from clinics.policy.sets_judging import NewChoice
from clinics.policy.sets_life import ask_end_of_choice, enter_choice, keep_choice, reject_choice, withdraw_choice
from clinics.policy.sets_queries import choices_to_decide
from permissions.acting import Acting
from reserved_pools import policy_set_acts
from reserved_pools.policy_set_acts import approve_set, end_set, undo_set
from reserved_pools.policy_set_effects import effects_of_set
from tests.cast import a_district, acting_as, an_admin
from tests.cast_clinics import a_plan, a_service, in_days, published, today
from tests.integration.policy.cast_policy import SOURCE, Desk
from vault.models import AuditEntry, Event
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
XICHENG = ("booking_horizon_days", "booking_cutoff", "promise_days")


def new(document: str = "xicheng-2018", keys: tuple[str, ...] = XICHENG, **changes: Any) -> NewChoice:
    given = {"valid_from": in_days(3), "decision": SOURCE, "knows_draft": True} | changes
    return NewChoice(SETS[document], frozenset(keys), **given)


def entered(desk: Desk, *args: Any, by: Acting | None = None, **changes: Any) -> PolicySetChoice:
    return enter_choice(new(*args, **changes), today=today(), by=by or desk.first)


def approved(desk: Desk, *args: Any, **changes: Any) -> PolicySetChoice:
    choice = entered(desk, *args, **changes)
    approve_set(choice, knows_draft=True, today=today(), expected_version=1, by=desk.second)
    return choice


def refused(code: str, act: Any, *args: Any, **more: Any) -> Refusal:
    before = (PolicyRow.objects.count(), PolicySetChoice.objects.count(), AuditEntry.objects.count())
    with pytest.raises(Refusal) as caught:
        act(*args, **more)
    assert caught.value.code == code
    assert (PolicyRow.objects.count(), PolicySetChoice.objects.count(), AuditEntry.objects.count()) == before
    return caught.value


def held(desk: Desk, key: str, days: int = 0, place: Any = None) -> Any:
    target = Target.at(place) if place else Target(desk.hospital.district_id)
    return values([parameter_named(key)], target, in_days(days))[key].value


def test_what_one_person_enters_changes_nothing_until_another_approves(desk: Desk) -> None:
    choice = entered(desk, "beijing-2011", ("booking_horizon_days", "bookable_share"))

    assert (choice.status, PolicyRow.objects.count(), held(desk, "booking_horizon_days", 5)) == ("draft", 0, 14)
    refused("second_person_required", approve_set, choice, knows_draft=True, today=today(), expected_version=1, by=desk.first)
    approve_set(choice, knows_draft=True, today=today(), expected_version=1, by=desk.second)

    assert [held(desk, "booking_horizon_days", days) for days in (2, 3)] == [14, 90]
    row = PolicyRow.objects.get(parameter="booking_horizon_days")
    assert (row.status, row.entered_by, row.approved_by, row.chosen.choice) == ("in_force", desk.first.user, desk.second.user, choice)
    assert row.quote == "除个别医院、个别专业外,预约周期统一为3个月"
    assert row.source.endswith(f"；{SOURCE}")
    assert "2011" in row.source
    assert [event.actor_id for event in Event.objects.filter(object_id=row.public_id).order_by("id")] == [
        desk.first.user.public_id,
        desk.second.user.public_id,
    ]
    assert set(AuditEntry.objects.filter(kind="policy_set").values_list("verb", flat=True)) == {"enter_policy_set", "approve_policy_set"}


def test_a_draft_for_comment_is_chosen_knowingly_by_both_or_not_at_all(desk: Desk) -> None:
    refusal = refused("invalid_input", entered, desk, knows_draft=False)

    (violation,) = refusal.violations
    assert (violation.field, violation.rule, violation.quote) == ("knows_draft", "R140", "现向社会公开征求意见")
    choice = entered(desk)
    again = refused("invalid_input", approve_set, choice, knows_draft=False, today=today(), expected_version=1, by=desk.second)
    assert [one.field for one in again.violations] == ["knows_draft"]
    assert held(desk, "booking_horizon_days", 5) == 14
    with pytest.raises(IntegrityError, match="policy_set_draft_is_chosen_knowingly"), transaction.atomic():
        PolicySetChoice.objects.filter(pk=choice.pk).update(knows_draft=False)


def test_the_database_itself_asks_for_two_people(desk: Desk) -> None:
    choice = entered(desk)

    with pytest.raises(IntegrityError, match="policy_set_is_approved_by_another_person"), transaction.atomic():
        PolicySetChoice.objects.filter(pk=choice.pk).update(approved_by=desk.first.user)
    with pytest.raises(IntegrityError, match="policy_set_in_force_names_who_approved"), transaction.atomic():
        PolicySetChoice.objects.filter(pk=choice.pk).update(status="in_force")


def test_a_value_that_a_higher_authority_settles_is_refused_by_its_rule(desk: Desk) -> None:
    refusal = refused("invalid_input", entered, desk, "xicheng-2018", ("no_show_window", "booking_cutoff"))

    (violation,) = refusal.violations
    assert (violation.field, violation.rule) == ("parameters", "R138")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"valid_from": None}, {"valid_from"}),
        ({"valid_from": in_days(-1)}, {"valid_from"}),
        ({"valid_from": date(2099, 1, 1)}, {"valid_from"}),
        ({"decision": "  "}, {"decision"}),
        ({"decision": "字" * 201}, {"decision"}),
        ({"keys": ()}, {"parameters"}),
        ({"keys": ("nothing",)}, {"parameters"}),
        ({"keys": ("reserved_share",)}, {"parameters"}),  # spoken of, without a value
        ({"valid_from": None, "decision": "", "keys": (), "knows_draft": False}, {"valid_from", "decision", "parameters", "knows_draft"}),
    ],
)
def test_a_choice_that_cannot_be_kept_is_refused_all_at_once(desk: Desk, changes: dict[str, Any], fields: set[str]) -> None:
    refusal = refused("invalid_input", entered, desk, **changes)

    assert {violation.field for violation in refusal.violations} == fields


def test_two_values_of_the_district_never_begin_on_one_day(desk: Desk) -> None:
    desk.row("booking_cutoff", "14:00", start=in_days(3))

    assert [one.field for one in refused("invalid_input", entered, desk).violations] == ["valid_from"]
    first, second = (entered(desk, keys=("promise_days",)) for _ in range(2))
    approve_set(first, knows_draft=True, today=today(), expected_version=1, by=desk.second)
    refused("invalid_input", approve_set, second, knows_draft=True, today=today(), expected_version=1, by=desk.second)
    second.refresh_from_db()
    assert second.status == "draft"


def test_a_part_can_be_chosen_and_the_rest_stays(desk: Desk) -> None:
    approved(desk, "beijing-2011", ("booking_horizon_days",))

    assert (held(desk, "booking_horizon_days", 4), held(desk, "no_show_ban_covers", 4)) == (90, "booking_and_referral")
    assert PolicySetValue.objects.count() == PolicyRow.objects.count() == 1


def test_hospitals_own_values_stay_when_stricter_and_are_named_when_they_stop(desk: Desk) -> None:
    desk.row("booking_horizon_days", "10", desk.hospital)
    desk.row("booking_horizon_days", "8", desk.heart)
    desk.row("booking_horizon_days", "30", start=in_days(1))
    desk.row("booking_horizon_days", "20", desk.other, start=in_days(1))

    (line,) = compare(SETS["xicheng-2018"], desk.hospital.district, in_days(3), {"booking_horizon_days"})

    assert (line.now.value, line.then.value, line.verdict) == (30, 14, "changes")
    assert [(one.institution.pk, one.counts, one.stops) for one in line.own if one.department is None] == [
        (desk.hospital.pk, True, False),
        (desk.other.pk, False, True),
    ]
    effects = effects_of_set(SETS["xicheng-2018"], {"booking_horizon_days"}, desk.hospital.district, in_days(3))
    assert [(one.institution.pk, [(each.before[:2], each.after[:2]) for each in one.changes]) for one in effects.hospitals] == [
        (desk.other.pk, [("20", "14")])
    ]
    assert effects.unchanged == 1


def test_bands_that_move_are_counted_before_and_follow_after(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    published(a_plan(a_service(desk.heart), in_days(5)))
    desk.row("booking_cutoff", "12:00", start=in_days(1))
    woken: list[list[int]] = []
    monkeypatch.setattr(policy_set_acts, "_wake", woken.append)

    effects = effects_of_set(SETS["xicheng-2018"], {"booking_cutoff"}, desk.hospital.district, in_days(2))
    assert (effects.bands, {one.institution.pk: one.bands for one in effects.hospitals}) == (14, {desk.hospital.pk: 14, desk.other.pk: 0})
    with django_capture_on_commit_callbacks(execute=True):
        approved(desk, keys=("booking_cutoff",))

    assert [sorted(keys) for keys in woken] == [sorted([desk.hospital.pk, desk.other.pk])]


def test_before_its_day_one_person_undoes_it_and_afterwards_it_takes_two(desk: Desk) -> None:
    choice = approved(desk, "beijing-2011", ("booking_horizon_days",))
    refused("invalid_input", undo_set, choice, reason=" ", today=today(), expected_version=2, by=desk.first)
    refused("too_late", undo_set, choice, reason="文件撤回", today=in_days(3), expected_version=2, by=desk.first)

    undo_set(choice, reason="文件撤回", today=today(), expected_version=2, by=desk.first)

    assert (choice.status, PolicyRow.objects.get().status, held(desk, "booking_horizon_days", 9)) == ("cancelled", "cancelled", 14)
    approved(desk, "beijing-2011", ("booking_horizon_days",))
    assert held(desk, "booking_horizon_days", 9) == 90


def test_an_end_takes_a_second_person_and_leaves_values_that_ended_by_themselves(desk: Desk) -> None:
    choice = approved(desk, "beijing-2011", ("booking_horizon_days", "no_show_ban_covers"))
    refused("invalid_input", ask_end_of_choice, choice, ends_on=in_days(3), today=today(), expected_version=2, by=desk.first)
    ask_end_of_choice(choice, ends_on=in_days(20), today=today(), expected_version=2, by=desk.first)
    refused("second_person_required", end_set, choice, today=today(), expected_version=3, by=desk.first)
    PolicyRow.objects.filter(parameter="no_show_ban_covers").update(valid_to=in_days(10))

    end_set(choice, today=today(), expected_version=3, by=desk.second)

    assert [held(desk, "booking_horizon_days", days) for days in (19, 20)] == [90, 14]
    assert [held(desk, "no_show_ban_covers", days) for days in (9, 10)] == ["booking", "booking_and_referral"]
    assert choice.valid_to == in_days(20)
    refused("stale_state", ask_end_of_choice, choice, ends_on=in_days(30), today=today(), expected_version=4, by=desk.first)


def test_an_end_can_be_refused_a_draft_rejected_or_withdrawn(desk: Desk) -> None:
    choice = approved(desk)
    ask_end_of_choice(choice, ends_on=in_days(20), today=today(), expected_version=2, by=desk.first)
    keep_choice(choice, expected_version=3, by=desk.second)
    one, two = (entered(desk, valid_from=in_days(8)) for _ in range(2))
    refused("invalid_input", reject_choice, one, reason="", expected_version=1, by=desk.second)
    reject_choice(one, reason="缺少区政府文件", expected_version=1, by=desk.second)
    withdraw_choice(two, expected_version=1, by=desk.first)

    assert (choice.ends_on, one.status, two.status) == (None, "rejected", "withdrawn")
    refused("stale_state", approve_set, one, knows_draft=True, today=today(), expected_version=2, by=desk.second)
    assert [(entry.title, entry.who, entry.text) for entry in choice_timeline([one])] == [
        ("驳回", "赵建国", "缺少区政府文件"), ("录入", "李敏", ""),
    ]  # fmt: skip


def test_only_the_own_district_decides_and_counts_what_others_entered(desk: Desk) -> None:
    choice = entered(desk)
    strange = acting_as(an_admin("孙海", district=a_district("110101", "东城区")))

    for person in (strange, desk.coordinator):
        refused("not_allowed", approve_set, choice, knows_draft=True, today=today(), expected_version=1, by=person)
        refused("not_allowed", withdraw_choice, choice, expected_version=1, by=person)
    refused("not_allowed", entered, desk, by=desk.coordinator)
    assert [choices_to_decide(by) for by in (desk.first, desk.second, strange, desk.coordinator)] == [0, 1, 0, 0]


def test_a_choice_tells_which_of_its_values_decide_today(desk: Desk) -> None:
    choice = approved(desk, "beijing-2011", ("booking_horizon_days", "no_show_ban_covers"), valid_from=today())
    desk.row("booking_horizon_days", "30", start=in_days(1))

    assert [one.decides for one in chosen(choice, today())] == [True, True]
    assert {one.value.parameter: one.decides for one in chosen(choice, in_days(1))} == {
        "booking_horizon_days": False,
        "no_show_ban_covers": True,
    }


def test_a_draft_that_lost_its_effect_or_its_day_meanwhile_is_not_approved(desk: Desk) -> None:
    choice = entered(desk)

    refused("invalid_input", approve_set, choice, knows_draft=True, today=in_days(9), expected_version=1, by=desk.second)
    refused("stale_state", approve_set, choice, knows_draft=True, today=today(), expected_version=7, by=desk.second)
