"""Two persons let one limit pass for one booking, with a reason and an end; right, capacity and bans never (R016, R108, R138)."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from referral.booking import overrides
from referral.booking.book import book
from referral.booking.facts import SHANGHAI
from referral.booking.override_models import RuleOverride
from referral.booking.override_queries import exceptions_asked_by, exceptions_for, waiting_exceptions
from referral.booking.override_words import standing_of, violation_of
from tests.cast import a_role
from tests.cast_referral import World
from tests.integration.persons.scene import ASKED, Persons, persons, today
from vault.events import history
from vault.models import AuditEntry, Event
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
TOMORROW = today() + timedelta(days=1)


@pytest.fixture
def cast() -> Persons:
    return persons()


def asked(cast: Persons) -> RuleOverride:
    referral, place = cast.crowded()
    (made,) = overrides.ask(referral.public_id, place.public_id, ASKED, by=cast.world.doctor)
    return made


def refused(deed: Callable[[], object]) -> Refusal:
    before = Event.objects.count(), AuditEntry.objects.count(), RuleOverride.objects.count()
    with pytest.raises(Refusal) as said:
        deed()
    assert before == (Event.objects.count(), AuditEntry.objects.count(), RuleOverride.objects.count())
    return said.value


def test_a_granted_exception_is_good_for_one_booking(cast: Persons) -> None:
    held = asked(cast)
    referral, place = held.referral, held.pool_slot
    assert place
    with pytest.raises(Refusal):
        cast.booked(referral, place)

    granted = overrides.grant(held.public_id, TOMORROW, "同意", expected_version=1, by=cast.first)
    booking = cast.booked(referral, place)

    granted.refresh_from_db()
    assert (granted.status, granted.used_by, granted.decided_by) == ("used", booking, cast.first.user)
    assert granted.valid_to == datetime.combine(TOMORROW + timedelta(days=1), time.min, SHANGHAI)
    assert [step.event for step in history(granted.public_id)] == ["override.asked", "override.granted", "override.used"]


def test_what_was_refused_is_kept_with_its_count_and_said_with_its_article(cast: Persons) -> None:
    held = asked(cast)

    violation = violation_of(held)

    assert (held.rule, held.counted, held.bound) == ("R108", 2, 2)
    assert (violation.count, violation.limit, violation.quote[:8]) == (2, 2, "同一就诊日的预约")
    assert "2" in str(violation.message)


def test_only_a_rule_that_stands_there_and_may_be_let_pass_is_asked_for(cast: Persons) -> None:
    referral, place = cast.crowded()
    free = cast.world.place(5)
    doctor = cast.world.doctor

    def ask(rules: set[str], slot: object = place) -> Refusal:
        wanted = overrides.Request(frozenset(rules), "理由", "依据")
        return refused(lambda: overrides.ask(referral.public_id, slot.public_id, wanted, by=doctor))  # type: ignore[attr-defined]

    assert [one.field for one in ask({"R108"}, free).violations] == ["rules"]
    assert [one.field for one in ask({"R019", "R045"}).violations] == ["rules"]
    assert [one.field for one in ask(set()).violations] == ["rules"]
    place.claimed = place.published
    place.save()
    full = ask({"R108"})
    assert (full.code, [one.rule for one in full.violations]) == ("exception_useless", ["R019"])


def test_a_second_visit_to_a_department_on_one_day_is_let_pass_by_nobody(cast: Persons) -> None:
    referral, place = cast.world.referral(), cast.world.place(6)
    first = cast.world.referral(referral.patient)
    book(referral=first.public_id, pool_slot=cast.world.place(6, hour=10).public_id, version=1, key=str(uuid4()), by=cast.world.doctor)

    told = refused(lambda: overrides.ask(referral.public_id, place.public_id, ASKED, by=cast.world.doctor))

    assert (told.code, [one.rule for one in told.violations]) == ("exception_useless", ["R015"])
    assert RuleOverride.objects.count() == 0


def test_reason_evidence_and_last_day_are_asked_for(cast: Persons) -> None:
    referral, place = cast.crowded()
    empty = overrides.Request(frozenset({"R108"}), " ", "x" * 501)

    told = refused(lambda: overrides.ask(referral.public_id, place.public_id, empty, by=cast.world.doctor))
    (held,) = overrides.ask(referral.public_id, place.public_id, ASKED, by=cast.world.doctor)

    assert [one.field for one in told.violations] == ["reason", "evidence"]
    for day in (None, today() - timedelta(days=1), today() + timedelta(days=8)):
        late = refused(lambda day=day: overrides.grant(held.public_id, day, "", expected_version=1, by=cast.first))
        assert [one.field for one in late.violations] == ["last_day"]
    assert [one.field for one in refused(lambda: overrides.refuse(held.public_id, "", expected_version=1, by=cast.first)).violations] == [
        "decision"
    ]


def test_one_open_exception_for_a_rule_and_a_new_one_after_it_was_taken_back(cast: Persons) -> None:
    held = asked(cast)
    again = lambda: overrides.ask(held.referral.public_id, held.pool_slot.public_id, ASKED, by=cast.world.doctor)  # type: ignore[union-attr] # noqa: E731

    assert refused(again).code == "already_exists"
    overrides.withdraw(held.public_id, expected_version=1, by=cast.world.colleague)
    (second,) = again()

    assert (second.status, exceptions_asked_by(cast.world.doctor).count()) == ("asked", 2)


def test_who_asked_never_decides_not_even_as_an_administrator(cast: Persons) -> None:
    held = asked(cast)
    a_role(cast.world.zhou.user, "district_admin")
    from tests.cast import acting_as

    both = acting_as(cast.world.zhou.user)

    assert refused(lambda: overrides.grant(held.public_id, TOMORROW, "", expected_version=1, by=both)).code == "second_person_required"
    with pytest.raises(IntegrityError, match="override_is_decided_by_another"), transaction.atomic():
        RuleOverride.objects.filter(pk=held.pk).update(decided_by=cast.world.zhou.user)
    assert waiting_exceptions(both) == 0


def test_an_exception_is_seen_by_the_asking_unit_and_its_district_only(cast: Persons) -> None:
    held = asked(cast)

    assert (list(exceptions_for(cast.first)), list(exceptions_for(cast.stranger)), list(exceptions_for(cast.manager))) == ([held], [], [])
    assert refused(lambda: overrides.grant(held.public_id, TOMORROW, "", expected_version=1, by=cast.stranger)).code == "not_found"
    assert refused(lambda: overrides.refuse(held.public_id, "否", expected_version=1, by=cast.world.doctor)).code == "not_allowed"


def test_exceptions_lapse_by_the_clock_and_are_not_shown_as_granted_before_the_task_ran(cast: Persons) -> None:
    held = asked(cast)
    overrides.grant(held.public_id, today(), "", expected_version=1, by=cast.first)
    RuleOverride.objects.filter(pk=held.pk).update(valid_to=timezone.now() - timedelta(seconds=1))
    held.refresh_from_db()

    shown = standing_of(held, timezone.now())[0]
    with pytest.raises(Refusal):
        cast.booked(held.referral, held.pool_slot)  # type: ignore[arg-type]
    lapsed, again = overrides.lapse_due(), overrides.lapse_due()

    held.refresh_from_db()
    assert (shown, lapsed, again, held.status) == ("lapsed", 1, 0, "lapsed")


def test_without_a_right_in_force_nothing_is_asked_nor_told_of_the_patient(cast: Persons) -> None:
    referral, place = cast.crowded()
    world: World = cast.world
    type(world.zhou.right).objects.filter(pk=world.zhou.right_id).update(valid_to=timezone.now() - timedelta(days=1))

    said = refused(lambda: overrides.ask(referral.public_id, place.public_id, ASKED, by=world.doctor))

    assert (said.code, len(said.violations)) == ("right_not_in_force", 1)
