"""Who asks in the resident's stead is named, told when her mobile number is known, limited, and sees nothing (R105)."""

from dataclasses import replace

import pytest

from referral.booking.cancel import cancel_by_referrer
from referral.booking.models import Booking
from referral.cases.booker import Booker, booker_of
from referral.cases.models import Referral
from referral.cases.write import Record, edit_draft, write_referral
from referral.patients.models import Patient
from referral.slips.content import up_content
from tests.integration.persons.scene import Persons, persons
from vault.models import Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
SON = Booker("陈建国", "儿子", "139 0006 5000")
WRITTEN = Record("血压控制不佳", "高血压病3级", "三药联合四周未达标")


@pytest.fixture
def cast() -> Persons:
    return persons()


def written(cast: Persons, patient: Patient, booker: Booker = SON) -> Referral:
    encounter = cast.world.encounter(patient)
    return write_referral(encounter.public_id, WRITTEN, truth_accepted=True, by=cast.world.doctor, booker=booker)


def test_a_booker_is_kept_and_told_of_booking_and_cancelling_without_the_code(cast: Persons) -> None:
    patient = cast.world.patient()
    referral = written(cast, patient)
    booking = cast.booked(referral, cast.world.place())
    cancel_by_referrer(booking.public_id, expected_version=1, reason="patient", by=cast.world.doctor)

    told = [(one.template, one.phone, one.params) for one in Message.objects.order_by("id")]
    assert sorted((template, phone) for template, phone, _params in told) == [
        ("booker_booked", "13900065000"), ("booker_cancelled", "13900065000"),
        ("referral_booked", patient.phone), ("referral_cancelled", patient.phone),
    ]  # fmt: skip
    code = Booking.objects.get().confirmation_code
    assert not any(code[:4] in params for template, _phone, params in told if template.startswith("booker"))
    assert booker_of(referral) == {"name": "陈建国", "relation": "儿子", "phone_tail": "5000"}
    assert up_content(booking)["booker"] == "陈建国（儿子）　电话尾号5000"


def test_a_landline_is_kept_but_gets_no_message(cast: Persons) -> None:
    cast.booked(written(cast, cast.world.patient(), replace(SON, phone="010-62010007")), cast.world.place())

    assert [one.template for one in Message.objects.all()] == ["referral_booked"]


def test_half_a_booker_is_refused_at_each_field_with_everything_else(cast: Persons) -> None:
    patient = cast.world.patient()

    with pytest.raises(Refusal) as said:
        write_referral(
            cast.world.encounter(patient).public_id, replace(WRITTEN, reason=""), truth_accepted=True, by=cast.world.doctor,
            booker=Booker("陈建国"),
        )  # fmt: skip

    assert [one.field for one in said.value.violations] == ["reason", "booker.relation", "booker.phone"]
    assert not Referral.objects.exists()


def test_one_phone_asks_for_three_residents_at_a_time(cast: Persons) -> None:
    drafts = [written(cast, cast.world.patient(f"居民{number}")) for number in "甲乙丙"]
    fourth = cast.world.patient("居民丁")

    with pytest.raises(Refusal) as said:
        written(cast, fourth)
    own = written(cast, fourth, Booker())
    with pytest.raises(Refusal):
        edit_draft(own.public_id, WRITTEN, expected_version=1, truth_accepted=True, by=cast.world.doctor, booker=SON)
    (violation,) = said.value.violations
    assert (said.value.code, violation.rule, violation.field) == ("limit_reached", "R105", "booker.phone")
    assert (violation.count, violation.limit) == (3, 3)
    written(cast, drafts[0].patient)  # the same resident once more is no fourth
    Referral.objects.filter(pk=drafts[1].pk).update(booker_phone="", booker_phone_hash="")

    edited = edit_draft(own.public_id, WRITTEN, expected_version=1, truth_accepted=True, by=cast.world.doctor, booker=SON)

    assert (edited.booker_name, edited.booker_phone) == ("陈建国", "13900065000")


def test_a_draft_edited_without_a_booker_is_the_residents_own_again(cast: Persons) -> None:
    referral = written(cast, cast.world.patient())

    edited = edit_draft(referral.public_id, WRITTEN, expected_version=1, truth_accepted=True, by=cast.world.doctor)

    assert (edited.booker_name, edited.booker_phone, edited.booker_phone_hash, booker_of(edited)) == ("", "", "", None)
