"""Whoever asked for something two persons decide hears how it was decided, and when what was granted is taken back."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from permissions.acting import Acting
from permissions.roles import Role
from referral.booking import overrides
from referral.booking.asking import withdraw
from referral.booking.override_models import RuleOverride
from referral.cases import ending
from referral.cases.submission_models import PlaceRequest
from referral.inbox import queries
from referral.models import Notice
from referral.news import follow, reading
from referral.patients import control
from tests.cast import acting_as, an_admin
from tests.cast_loop import working
from tests.integration.beds.cast_beds import aged, ward
from tests.integration.persons.scene import ASKED, FATHER, Persons, a_proposal, persons, today

pytestmark = [pytest.mark.horizon, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Persons:
    return persons()


def heard(kind: str) -> list[str]:
    follow.tell_people()
    return sorted(Notice.objects.filter(kind=kind).values_list("user__name", flat=True))


def line(reader: Acting, kind: str) -> reading.Line:
    [found] = [one for one in reading.lines_of(reader, queries.inbox_of(reader)) if one.kind == kind]
    return found


def granted(cast: Persons) -> RuleOverride:
    referral, place = cast.crowded()
    (held,) = overrides.ask(referral.public_id, place.public_id, ASKED, by=cast.world.doctor)
    return overrides.grant(held.public_id, today() + timedelta(days=1), "", expected_version=1, by=cast.first)


def test_a_doctor_hears_that_the_district_takes_a_granted_exception_back(cast: Persons) -> None:
    held, doctor = granted(cast), cast.world.doctor
    follow.tell_people()
    before = queries.unread_count(doctor)

    overrides.withdraw(held.public_id, expected_version=2, by=cast.first)

    assert heard("exception_withdrawn") == ["周晓岚"]
    told = line(doctor, "exception_withdrawn")
    assert (told.text, told.href) == ("陈*兰的例外已撤回，仍按原规定执行。", reverse("exception", args=[held.public_id]))
    assert queries.unread_count(doctor) == before + 1


def test_a_doctor_hears_that_a_colleague_took_her_exception_back_and_not_that_she_did_so_herself(cast: Persons) -> None:
    by_colleague, by_herself = granted(cast), granted(cast)

    overrides.withdraw(by_colleague.public_id, expected_version=2, by=cast.world.colleague)
    overrides.withdraw(by_herself.public_id, expected_version=2, by=cast.world.doctor)

    assert heard("exception_withdrawn") == ["周晓岚"]
    assert Notice.objects.get(kind="exception_withdrawn").about == by_colleague.public_id


def test_who_proposed_a_controlled_document_hears_what_was_decided_and_so_does_who_asked_to_lift_it(cast: Persons) -> None:
    by, other = cast.first, cast.second
    third = acting_as(an_admin("吴第三", district=cast.world.district))
    kept = control.propose(a_proposal(), by=by, today=today())
    refused = control.propose(a_proposal(FATHER), by=by, today=today())

    control.reject(refused.public_id, "证据不足", expected_version=1, by=other)
    control.approve(kept.public_id, expected_version=1, by=other)
    assert (heard("control_rejected"), heard("control_approved")) == (["李敏"], ["李敏"])
    control.ask_to_lift(kept.public_id, "已换证", expected_version=2, by=other)
    control.keep(kept.public_id, "仍在冒用", expected_version=3, by=third)
    assert heard("control_kept") == ["李敏", "赵建国"]
    control.ask_to_lift(kept.public_id, "已换证", expected_version=4, by=third)
    control.lift(kept.public_id, expected_version=5, by=other)
    assert heard("control_lifted") == ["吴第三", "李敏"]

    told = line(by, "control_lifted")
    assert (told.text, told.href) == ("您提出或申请解除的受控证件已解除。", reverse("control", args=[kept.public_id]))


def test_who_decides_about_her_own_asking_is_not_told_of_it(cast: Persons) -> None:
    held = control.propose(a_proposal(), by=cast.first, today=today())
    control.approve(held.public_id, expected_version=1, by=cast.second)
    control.ask_to_lift(held.public_id, "已换证", expected_version=2, by=cast.first)
    with transaction.atomic():
        Notice.objects.all().delete()

    control.keep(held.public_id, "又有冒用", expected_version=3, by=cast.first)

    assert heard("control_kept") == []


def test_how_a_request_ended_is_told_to_whose_work_it_is_and_to_the_colleague_who_asked() -> None:
    """Both stand at 德胜; the notices of the hospital are left aside."""
    held = ward()
    mine, asker = held.doctor.post, working("何医生", held.loop.world.centre, Role.FAMILY_DOCTOR).post
    assert mine
    assert asker
    back, late = held.asked(), held.asked()
    PlaceRequest.objects.update(asked_by=asker)
    aged(late, 8)

    withdraw(back.referral.public_id, expected_version=back.referral.version, by=held.loop.colleague)
    ending.expire_requests()

    for kind in ("place_withdrawn", "request_expired"):
        posts = Notice.objects.filter(kind=kind, post__institution=mine.institution).values_list("post", flat=True)
        assert sorted(posts) == sorted([mine.pk, asker.pk]), kind
