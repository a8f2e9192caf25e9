"""A district's list of criteria: two people, versions, never edited in force, and everything has a way back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clinics.criteria import life
from clinics.criteria.queries import lines_in_force, sets_to_decide
from clinics.criteria.write import add_lines, change_line, copy_set, remove_line, rewrite_set
from clinics.models import CriteriaSet, Criterion
from permissions.acting import Acting
from tests.cast import a_district, acting_as, an_admin
from tests.cast_clinics import in_days, today
from tests.integration.criteria.cast_criteria import ALL, KNEE, STABLE, SWINGS, TWO_VISITS, a_draft, a_list, head, put_in_force
from vault.models import AuditEntry, Event
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


def refused(code: str, act: Callable[..., Any], *args: Any, **more: Any) -> Refusal:
    before = (*Criterion.objects.order_by("pk").values_list("pk", "text", "place"), AuditEntry.objects.count(), Event.objects.count())
    with pytest.raises(Refusal) as caught:
        act(*args, **more)
    after = (*Criterion.objects.order_by("pk").values_list("pk", "text", "place"), AuditEntry.objects.count(), Event.objects.count())
    assert caught.value.code == code
    assert after == before
    return caught.value


def held(by: Acting, days: int = 0) -> list[str]:
    return [line.text for line in lines_in_force(by.district_id or 0, in_days(days))]


def test_a_list_holds_once_a_second_person_approved_and_from_its_first_day(first: Acting, second: Acting) -> None:
    made = a_draft(first, start=in_days(2))

    refused("second_person_required", life.approve, made, today=today(), expected_version=1, by=first)
    refused("stale_state", life.approve, made, today=today(), expected_version=1, by=second)  # not handed in yet
    life.hand_in(made, today=today(), expected_version=1, by=first)
    assert (sets_to_decide(first), sets_to_decide(second), held(first, 5)) == (0, 1, [])
    refused("second_person_required", life.approve, made, today=today(), expected_version=2, by=first)
    life.approve(made, today=today(), expected_version=2, by=second)

    assert [len(held(first, days)) for days in (1, 2)] == [0, len(ALL)]
    assert held(first, 2) == [line.text for line in ALL]
    assert held(acting_as(an_admin("外区", district=a_district("110108", "海淀区"))), 2) == []
    events = Event.objects.filter(object_id=made.public_id).order_by("id").values_list("event", "actor_id")
    assert list(events) == [("begin", first.user.public_id), ("hand_in", first.user.public_id), ("approve", second.user.public_id)]
    verbs = AuditEntry.objects.filter(object_id=made.public_id).order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["begin_criteria_set", "hand_in_criteria_set", "approve_criteria_set"]


def test_a_list_in_force_is_never_changed_but_followed_by_its_next_version(first: Acting, second: Acting) -> None:
    made = a_list(first, second)
    line = made.lines.first()

    refused("stale_state", add_lines, made, [KNEE], expected_version=made.version, by=first)
    refused("stale_state", change_line, line, STABLE, 1, expected_version=made.version, by=first)
    refused("stale_state", remove_line, line, expected_version=made.version, by=first)
    refused("stale_state", rewrite_set, made, head(), [], today=today(), expected_version=made.version, by=first)
    for bent in (lambda: line.delete(), lambda: Criterion.objects.filter(pk=line.pk).update(text="改"), lambda: _add_raw(made)):
        with pytest.raises(IntegrityError, match="criteria change in a draft only"), transaction.atomic():
            bent()

    second_version = copy_set(made, valid_from=in_days(3), today=today(), by=second)
    assert (second_version.number, second_version.series, second_version.status) == (2, made.series, "draft")
    refused("already_exists", copy_set, made, valid_from=in_days(4), today=today(), by=first)
    remove_line(second_version.lines.get(text=KNEE.text), expected_version=1, by=second)
    put_in_force(second_version, second, first)
    assert [KNEE.text in held(first, days) for days in (2, 3)] == [True, False]
    life.undo(second_version, reason="文件撤回", today=today(), expected_version=second_version.version, by=first)
    assert KNEE.text in held(first, 3)


def _add_raw(made: CriteriaSet) -> None:
    Criterion.objects.create(criteria=made, place=9, disease="痛风", codes="M10", direction="up", text="反复发作")


def test_only_who_began_a_draft_writes_it_and_lines_keep_their_order(first: Acting, second: Acting) -> None:
    made = a_draft(first, (TWO_VISITS,))

    refused("not_allowed", add_lines, made, [KNEE], expected_version=1, by=second)
    assert add_lines(made, [STABLE, SWINGS], expected_version=1, by=first) == 2
    refused("invalid_input", add_lines, made, [KNEE, SWINGS], expected_version=2, by=first)  # one stands there: none is taken
    made.refresh_from_db()
    change_line(made.lines.get(text=SWINGS.text), KNEE, 1, expected_version=2, by=first)
    assert list(made.lines.values_list("text", "place")) == [(KNEE.text, 1), (TWO_VISITS.text, 2), (STABLE.text, 3)]
    refused("stale_state", remove_line, made.lines.first(), expected_version=2, by=first)
    remove_line(made.lines.get(text=TWO_VISITS.text), expected_version=3, by=first)
    assert list(made.lines.values_list("text", "place")) == [(KNEE.text, 1), (STABLE.text, 2)]


def test_the_second_person_sends_back_with_a_reason_and_an_empty_list_is_not_handed_in(first: Acting, second: Acting) -> None:
    made = a_draft(first, ())

    refused("invalid_input", life.hand_in, made, today=today(), expected_version=1, by=first)
    refused("not_allowed", life.hand_in, made, today=today(), expected_version=1, by=second)
    add_lines(made, [KNEE], expected_version=1, by=first)
    life.hand_in(made, today=today(), expected_version=2, by=first)
    refused("invalid_input", life.send_back, made, reason=" ", expected_version=3, by=second)
    life.send_back(made, reason="缺出处", expected_version=3, by=second)
    assert (made.status, Event.objects.filter(object_id=made.public_id).latest("id").reason) == ("draft", "缺出处")
    life.withdraw(made, expected_version=4, by=first)
    assert (made.status, sets_to_decide(second)) == ("withdrawn", 0)


def test_a_list_ends_by_two_people_and_nothing_comes_back(first: Acting, second: Acting) -> None:
    made = a_list(first, second)
    refused("too_late", life.undo, made, reason="误录", today=today(), expected_version=made.version, by=first)
    refused("invalid_input", life.ask_end, made, ends_on=today() - timedelta(days=1), today=today(), expected_version=3, by=first)

    life.ask_end(made, ends_on=in_days(2), today=today(), expected_version=3, by=first)
    refused("second_person_required", life.end, made, today=today(), expected_version=4, by=first)
    life.keep(made, expected_version=4, by=second)
    refused("stale_state", life.end, made, today=today(), expected_version=5, by=second)
    life.ask_end(made, ends_on=in_days(2), today=today(), expected_version=5, by=second)
    assert (sets_to_decide(first), sets_to_decide(second)) == (1, 0)
    life.end(made, today=today(), expected_version=6, by=first)

    assert [len(held(first, days)) for days in (1, 2)] == [len(ALL), 0]


def test_the_database_itself_asks_for_two_people_and_one_version_a_day(first: Acting, second: Acting) -> None:
    made = a_list(first, second)
    other = copy_set(made, valid_from=today(), today=today(), by=first)
    life.hand_in(other, today=today(), expected_version=1, by=first)

    refused("invalid_input", life.approve, other, today=today(), expected_version=2, by=second)
    with pytest.raises(IntegrityError, match="criteria_are_approved_by_another_person"), transaction.atomic():
        CriteriaSet.objects.filter(pk=other.pk).update(approved_by=first.user)
    with pytest.raises(IntegrityError, match="criteria_in_force_name_who_approved"), transaction.atomic():
        CriteriaSet.objects.filter(pk=other.pk).update(status="in_force")


def test_another_district_decides_nothing(first: Acting, second: Acting) -> None:
    made, stranger = a_draft(first), acting_as(an_admin("外区", district=a_district("110108", "海淀区")))

    refused("not_allowed", copy_set, made, valid_from=in_days(1), today=today(), by=stranger)
    refused("not_allowed", life.withdraw, made, expected_version=1, by=stranger)
    refused("invalid_input", rewrite_set, made, head(in_days(-1)), today=today(), expected_version=1, by=first)
    refused("invalid_input", rewrite_set, made, head(title="长" * 101, source=" "), today=today(), expected_version=1, by=first)
