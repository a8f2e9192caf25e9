"""A contract is renewed, ends early, and moves between centres; a booking knows at once, and nothing half happens."""

from datetime import timedelta

import pytest

from referral.booking.book import book
from referral.booking.models import Booking
from referral.patients.contract_life import Ending, Renewal, ShownDocument, end_contract, found_by, move_contract, renew_contract
from referral.patients.contracts import sign_contract
from referral.patients.models import FamilyDoctorContract, Patient
from referral.patients.queries import contract_on, patients_of
from referral.patients.residents import contracts_of, left_since, residents_of, standing_as, with_standing
from tests.cast_referral import today
from tests.integration.residents.scene import RECORD, YEAR, Centres, a_contract, centres
from vault.changes import changes_of
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Centres:
    return centres()


def verbs() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))


def shown(patient: Patient, **changes: str) -> ShownDocument:
    document = patient.identifiers.get()
    return ShownDocument(**({"document_type": document.type, "document_number": document.number, "name": patient.name} | changes))


def standing_of(cast: Centres, patient: Patient, who: str = "manager") -> str:
    acting = getattr(cast, who)
    return with_standing(residents_of(acting), acting, today()).get(pk=patient.pk).standing


def test_an_ended_contract_covers_no_day_and_keeps_what_was_agreed(cast: Centres) -> None:
    patient = cast.world.patient()
    contract = patient.contracts.get()

    end_contract(contract.public_id, Ending("resident", today(), "搬家"), by=cast.manager, today=today())

    kept = patient.contracts.get()
    assert (kept.valid_to, kept.agreed_to, kept.ending, kept.ending_note) == (today(), contract.valid_to, "resident", "搬家")
    assert contract_on(patient, today()) is None
    assert contract_on(patient, today() - timedelta(days=1)) == contract
    (change,) = changes_of(contract.public_id)
    assert (change.field, change.old, change.new, change.reason) == (
        "valid_to", contract.valid_to.isoformat(), today().isoformat(), "resident",
    )  # fmt: skip
    assert verbs() == ["patient.end_contract"]
    assert standing_of(cast, patient) == "none"


def test_nothing_is_booked_after_the_contract_ended_and_the_refusal_says_where_to_sign(cast: Centres) -> None:
    referral, place = cast.world.referral(), cast.world.place()
    contract = referral.patient.contracts.get()
    end_contract(contract.public_id, Ending("resident", today()), by=cast.world.doctor, today=today())

    with pytest.raises(Refusal) as refused:
        book(referral=referral.public_id, pool_slot=place.public_id, version=1, key="k", by=cast.world.doctor)

    assert refused.value.code == "contract_required"
    assert "德胜社区卫生服务中心" in str(refused.value.violations[0].remedy)
    assert "010-82000000" in str(refused.value.violations[0].remedy)
    assert Booking.objects.count() == 0


def test_a_contract_that_ends_next_week_still_covers_today(cast: Centres) -> None:
    referral, place = cast.world.referral(), cast.world.place()
    contract = referral.patient.contracts.get()
    end_contract(contract.public_id, Ending("left_district", today() + timedelta(days=7)), by=cast.manager, today=today())

    book(referral=referral.public_id, pool_slot=place.public_id, version=1, key="k", by=cast.world.doctor)

    assert standing_of(cast, referral.patient) == "ending"


def test_a_contract_that_ends_before_it_begins_never_covers_a_day_and_blocks_none(cast: Centres) -> None:
    patient = cast.world.patient(contract=False)
    ahead = a_contract(cast.world.team, cast.world.zhou.user, valid_from=today() + timedelta(days=10), valid_to=today() + YEAR)
    contract = sign_contract(patient.public_id, ahead, by=cast.manager, today=today())
    assert standing_of(cast, patient) == "coming"

    end_contract(contract.public_id, Ending("mistake", today()), by=cast.manager, today=today())
    again = sign_contract(patient.public_id, ahead, by=cast.manager, today=today())

    ended = patient.contracts.get(pk=contract.pk)
    assert ended.valid_from == ended.valid_to == today() + timedelta(days=10)
    assert contract_on(patient, today() + timedelta(days=10)) == again


@pytest.mark.parametrize(
    ("reason", "on", "field"),
    [("moved", 0, "reason"), ("because", 0, "reason"), ("resident", -1, "on"), ("resident", 265, "on")],
    ids=["moving has its own way", "unknown reason", "yesterday", "its last day is over"],
)
def test_an_ending_that_cannot_be_is_refused_and_nothing_changes(cast: Centres, reason: str, on: int, field: str) -> None:
    contract = cast.world.patient().contracts.get()

    with pytest.raises(Refusal) as refused:
        end_contract(contract.public_id, Ending(reason, today() + timedelta(days=on)), by=cast.manager, today=today())

    assert [violation.field for violation in refused.value.violations] == [field]
    assert FamilyDoctorContract.objects.get().ended_at is None
    assert verbs() == []


def test_a_contract_ends_once(cast: Centres) -> None:
    contract = cast.world.patient().contracts.get()
    end_contract(contract.public_id, Ending("resident", today()), by=cast.manager, today=today())

    with pytest.raises(Refusal) as refused:
        end_contract(contract.public_id, Ending("died", today()), by=cast.manager, today=today())

    assert refused.value.code == "stale_state"
    assert FamilyDoctorContract.objects.get().ending == "resident"


def test_a_renewal_follows_without_a_gap_and_only_once(cast: Centres) -> None:
    patient = cast.world.patient()
    old = patient.contracts.get()

    new = renew_contract(old.public_id, Renewal(old.valid_to + YEAR), by=cast.world.doctor, today=today())

    assert (new.valid_from, new.doctor, new.care_team, new.health_record_number) == (
        old.valid_to, old.doctor, old.care_team, old.health_record_number,
    )  # fmt: skip
    with pytest.raises(Refusal) as refused:
        renew_contract(old.public_id, Renewal(old.valid_to + YEAR), by=cast.manager, today=today())
    assert refused.value.code == "already_exists"
    assert patient.contracts.count() == 2


def test_a_renewal_after_the_end_begins_today(cast: Centres) -> None:
    patient = cast.world.patient(contract=False)
    old = cast.world.contract(patient, valid_from=today() - YEAR, valid_to=today() - timedelta(days=9))

    new = renew_contract(old.public_id, Renewal(today() + YEAR), by=cast.manager, today=today())

    assert (new.valid_from, new.valid_to) == (today(), today() + YEAR)


def test_a_contract_moves_with_the_document_and_both_centres_see_it(cast: Centres) -> None:
    patient = cast.world.patient()
    old = patient.contracts.get()
    assert found_by(shown(patient), today=today()) == patient

    new = move_contract(shown(patient), a_contract(cast.other_team), by=cast.other_manager, today=today())

    old.refresh_from_db()
    assert (old.ending, old.valid_to, old.agreed_to) == ("moved", today(), today() + timedelta(days=265))
    assert (new.institution, new.doctor, new.valid_from) == (cast.other_team.institution, cast.other_doctor, today())
    assert contract_on(patient, today()) == new
    assert (standing_of(cast, patient), standing_of(cast, patient, "other_manager")) == ("elsewhere", "in_force")
    assert left_since(cast.manager, today() - timedelta(days=1)) == 1
    assert list(standing_as(residents_of(cast.manager), "elsewhere", cast.manager, today())) == [patient]
    assert [one.institution.short_name for one in contracts_of(patient)] == ["什刹海", "德胜"]
    assert verbs() == ["patient.end_contract", "patient.sign_contract", "patient.move_contract"]


def test_a_move_on_a_later_day_leaves_no_gap_and_no_overlap(cast: Centres) -> None:
    patient, later = cast.world.patient(), today() + timedelta(days=20)

    move_contract(shown(patient), a_contract(cast.other_team, valid_from=later), by=cast.other_manager, today=today())

    held = [contract_on(patient, later + timedelta(days=days)).institution.short_name for days in (-1, 0)]  # type: ignore[union-attr]
    assert held == ["德胜", "什刹海"]


@pytest.mark.parametrize("wrong", [{"name": "陈秀兰兰"}, {"document_number": "110102195803150026"}], ids=["another name", "another number"])
def test_nobody_is_moved_by_a_document_that_does_not_fit(cast: Centres, wrong: dict[str, str]) -> None:
    patient = cast.world.patient()

    with pytest.raises(Refusal) as refused:
        move_contract(shown(patient, **wrong), a_contract(cast.other_team), by=cast.other_manager, today=today())

    assert refused.value.violations[0].field == "document.number"
    assert [one.institution.short_name for one in contracts_of(patient)] == ["德胜"]
    assert verbs() == []


def test_a_move_that_cannot_be_signed_ends_nothing(cast: Centres) -> None:
    patient, other = cast.world.patient(), cast.world.patient("赵淑珍", contract=False)
    cast.world.contract(other, health_record_number=RECORD)

    with pytest.raises(Refusal) as refused:
        move_contract(shown(patient), a_contract(cast.other_team), by=cast.other_manager, today=today())

    assert refused.value.violations[0].field == "contract.health_record_number"
    assert patient.contracts.get().ended_at is None


@pytest.mark.parametrize("act", ["end", "renew", "move"])
def test_contracts_of_another_centre_are_nobodys_business(cast: Centres, act: str) -> None:
    patient = cast.world.patient()
    contract = patient.contracts.get()
    acts = {
        "end": lambda: end_contract(contract.public_id, Ending("resident", today()), by=cast.other_manager, today=today()),
        "renew": lambda: renew_contract(contract.public_id, Renewal(today() + YEAR), by=cast.other_manager, today=today()),
        "move": lambda: move_contract(shown(patient), a_contract(cast.world.team), by=cast.world.doctor, today=today()),
    }

    with pytest.raises(Refusal) as refused:
        acts[act]()

    assert refused.value.code == ("not_allowed" if act == "move" else "not_found")
    assert patient.contracts.get() == contract
    assert verbs() == []


def test_a_manager_signs_and_chooses_the_doctor(cast: Centres) -> None:
    patient = cast.world.patient(contract=False)

    with pytest.raises(Refusal) as refused:
        sign_contract(patient.public_id, a_contract(cast.world.team), by=cast.manager, today=today())
    sign_contract(patient.public_id, a_contract(cast.world.team, cast.world.shen.user), by=cast.manager, today=today())

    assert refused.value.violations[0].field == "contract.doctor"
    assert patient.contracts.get().doctor == cast.world.shen.user


def test_a_manager_is_nobody_to_the_doctors_query_and_no_resident_is_who_was_only_seen(cast: Centres) -> None:
    patient = cast.world.patient()
    seen = cast.world.patient("王五", contract=False)
    Patient.objects.filter(pk=seen.pk).update(registered_at=cast.other_team.institution)
    cast.world.encounter(seen)

    assert not patients_of(cast.manager).exists()
    assert set(residents_of(cast.manager)) == {patient}
    assert set(residents_of(cast.world.doctor)) == {patient, seen}
