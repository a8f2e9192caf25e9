"""A booked referral is amended before the visit: what stood before is kept, the slip gets version 2, the hospital sees what changed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from referral.booking.arrival import arrive
from referral.booking.models import Booking
from referral.booking.move import move
from referral.booking.proof import by_code, read_proof
from referral.cases.amend import amend
from referral.cases.models import Referral
from referral.cases.versions import ReferralVersion
from referral.inbox.models import Notice
from referral.review import decide
from referral.review.queries import Sought, under_review
from referral.review.story import story_of
from referral.slips.content import up_content
from referral.slips.papers import papers_of
from referral.slips.proof import Proof, verify
from tests.integration.review.scene import WRITTEN, Scene, fresh, scene
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def held() -> Scene:
    return scene()


def amended(held: Scene, booking: Booking, **other: Any) -> Referral:
    given = {"why": "补充用药", "expected_version": held.referral(booking).version, "truth_accepted": True, "by": held.doctor}
    return amend(booking.referral.public_id, WRITTEN, **(given | other))


def test_the_slip_gets_version_2_and_the_old_one_says_so(held: Scene) -> None:
    booking, before = held.booked(), held.booked().referral
    old_token = booking.slip_token

    referral = amended(held, booking)

    after = fresh(booking)
    kept = ReferralVersion.objects.get()
    assert (kept.number, kept.impression, kept.treatment, kept.slip_token, kept.why) == (1, before.impression, "", old_token, "补充用药")
    assert (referral.treatment, referral.priority, referral.encounter_id) == ("四药联合", "urgent", booking.referral.encounter_id)
    assert (after.slip_token == old_token, after.confirmation_code, after.status) == (False, booking.confirmation_code, "booked")
    old, new = verify(old_token), verify(after.slip_token)
    assert (old.status, old.version, old.newest) == (Proof.SUPERSEDED, 1, 2)
    assert (new.status, new.version, new.newest) == (Proof.VALID, 2, 2)
    content = up_content(papers_of(held.doctor).get(pk=booking.pk))
    assert (content["version"], content["booking"]["token"], content["case"]["treatment"]) == (2, after.slip_token, "四药联合")
    assert AuditEntry.objects.get(verb="referral.amend").details["fields"] == ["past_history", "treatment", "priority"]


def test_the_old_paper_still_opens_the_booking_at_the_window(held: Scene) -> None:
    booking = held.booked(days=0)
    amended(held, booking)

    arrived = arrive(booking.public_id, read_proof(booking.slip_token), expected_version=fresh(booking).version, by=held.loop.clerk)

    assert (arrived.status, verify(booking.slip_token).status) == ("arrived", Proof.USED)


def test_the_hospital_sees_what_was_amended_since_it_accepted(held: Scene) -> None:
    booking = held.booked()
    decide.accept(booking.referral.public_id, expected_version=booking.referral.version, by=held.cardiologist)
    assert list(under_review(held.cardiologist, Sought())) == []

    referral = amended(held, booking)

    row = under_review(held.cardiologist, Sought()).get()
    news = story_of(referral).news
    assert (referral.status, row.is_amended, [one.name for one in news[0].changes]) == (
        "accepted", True, ["past_history", "treatment", "priority"],
    )  # fmt: skip
    assert Notice.objects.get(kind="referral_amended").post == held.cardiologist.post

    read = decide.read_amendment(referral.public_id, expected_version=referral.version, by=held.cardiologist)
    assert (list(under_review(held.cardiologist, Sought())), story_of(read).news) == ([], [])
    with pytest.raises(Refusal):
        decide.read_amendment(referral.public_id, expected_version=read.version, by=held.cardiologist)


def test_a_hospital_it_was_moved_away_from_reads_nothing_of_an_amendment(held: Scene) -> None:
    booking, world = held.booked(), held.loop.world
    decide.accept(booking.referral.public_id, expected_version=booking.referral.version, by=held.cardiologist)
    place = world.place(6, institution=world.other_hospital)
    made = move(booking.public_id, pool_slot=place.public_id, expected_version=booking.version, key="moved-elsewhere", by=held.doctor)

    amended(held, fresh(Booking.objects.get(public_id=made)))

    assert not Notice.objects.filter(kind="referral_amended").exists()


@pytest.mark.parametrize("case", ["stale", "colleague", "arrived", "begun", "same", "untrue", "no_right"])
def test_what_may_not_be_amended_stays_as_it_was(held: Scene, case: str) -> None:
    booking = held.booked(days=0)
    given: dict[str, Any] = {}
    codes = {"stale": "stale_state", "colleague": "not_allowed", "same": "invalid_input", "untrue": "invalid_input"}
    codes |= {"arrived": "past_cutoff", "begun": "past_cutoff", "no_right": "right_not_in_force"}
    if case == "stale":
        given = {"expected_version": booking.referral.version + 1}
    elif case == "colleague":
        given = {"by": held.loop.colleague}
    elif case == "arrived":
        arrive(booking.public_id, by_code(booking.confirmation_code), expected_version=booking.version, by=held.loop.clerk)
    elif case == "begun":
        Booking.objects.filter(pk=booking.pk).update(starts_at=timezone.now() - timedelta(minutes=1))
    elif case == "untrue":
        given = {"truth_accepted": False, "why": " "}
    elif case == "no_right":
        type(held.doctor.post.right).objects.filter(pk=held.doctor.post.right_id).update(valid_to=timezone.now())
    written = WRITTEN if case != "same" else replace(WRITTEN, past_history="", treatment="", priority="routine")
    with pytest.raises(Refusal) as refused:
        amend(
            booking.referral.public_id, written,
            **({"why": "补充", "expected_version": booking.referral.version, "truth_accepted": True, "by": held.doctor} | given),
        )  # fmt: skip

    assert refused.value.code == codes[case]
    if case == "untrue":
        assert {violation.field for violation in refused.value.violations} == {"truth_accepted", "why"}
    assert (held.referral(booking).treatment, ReferralVersion.objects.count(), fresh(booking).slip_token) == ("", 0, booking.slip_token)


def test_what_stood_before_is_changed_by_nobody(held: Scene) -> None:
    amended(held, held.booked())

    for change in (lambda rows: rows.update(why="别的"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(ReferralVersion.objects.all())
    assert ReferralVersion.objects.get().why == "补充用药"
