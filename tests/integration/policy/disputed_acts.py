"""Acts on which the documents differ or are silent, each tried once from fresh data: what came of it, as a word or a refusal's code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final

from clinics.imports.kinds import Row
from clinics.models import Institution, PolicyRow, Practitioner
from clinics.models.policy import PolicyStatus
from clinics.register.naming import shown_name
from permissions.identity.documents import parse_document
from referral.booking.book import book
from referral.booking.cancel import cancel_by_hospital, cancel_by_referrer, cancel_by_resident
from referral.booking.confirm import confirm_coming
from referral.booking.models import Booking
from referral.credit.evasion import record_evasion
from referral.patients.contracts import NewContract
from referral.patients.guardians import OwnDocument, give_own_document, set_guardian
from referral.patients.models import CareTeam, Patient, PatientIdentifier
from referral.patients.person import NewGuardian, NewPatient
from referral.patients.register import register_patient
from referral.patients.roster.importer import Residents
from tests.cast_referral import SUGAR, resident_number, today
from tests.cast_ways_out import Out, a_key
from vault.crypto import keyed_hash
from vault.refusal import Refusal

ADULT: Final = NewPatient("陈秀兰", birth_date=date(1958, 3, 15), sex="2", mobile="13900009001")
PASSPORT: Final = ("chinese_passport", "E12345678")
GUARDIAN: Final = NewGuardian("李娜", "hk_macau_permit", "H12345678", "母亲")
OF_PASSPORT: Final = {
    "name": "陈秀兰", "document_type": "中国护照", "document_number": PASSPORT[1], "birth_date": "1958-03-15", "sex": "女",
}  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """Everybody who acts."""

    out: Out

    @property
    def world(self) -> Any:
        return self.out.world

    def value(self, key: str, value: str, *, starts: date | None = None, institution: Institution | None = None) -> PolicyRow:
        """A row in force for the district, or for one hospital."""
        place: dict[str, Any] = {"institution": institution} if institution else {"district": self.world.district}
        return PolicyRow.objects.create(
            parameter=key, value=value, valid_from=starts or today(), source="区卫健委决定", status=PolicyStatus.IN_FORCE, **place
        )

    # Who cancels (C19), who is listed (C5), who reads a name (C18), who says that she will come (C25).

    def the_doctor_cancels(self) -> None:
        booking = self.out.ahead()
        cancel_by_referrer(booking.public_id, expected_version=booking.version, reason="patient", by=self.out.doctor)

    def the_resident_cancels(self) -> None:
        cancel_by_resident(self.out.ahead())

    def the_hospital_cancels(self) -> None:
        booking = self.out.ahead()
        cancel_by_hospital(booking.public_id, expected_version=booking.version, reason="doctor_away", by=self.out.coordinator)

    def an_evasion_is_recorded(self) -> None:
        booking = self.out.loop.booked()
        record_evasion(booking.number, evidence="两张证件同日同科", by=self.world.district_admin)

    def a_name_is_read(self) -> None:
        hospital, heart = self.world.hospital, self.world.department()
        one = Practitioner.objects.create(institution=hospital, department=heart, name="欧阳文澜", staff_number="D1", title="chief")
        hospital.shows_doctor_names = True
        one.institution = hospital
        if not shown_name(one, to=self.out.doctor, today=today()):
            raise Refusal("hidden")

    def she_says_that_she_comes(self) -> None:
        confirm_coming(self.out.ahead())

    # Documents of a registration (C20).

    def a_passport_registers(self) -> None:
        self.registered(replace(ADULT, document_type=PASSPORT[0], document_number=PASSPORT[1]))

    def a_card_registers(self) -> None:
        self.registered(NewPatient("陈秀兰", "resident_id", resident_number(902), mobile="13900009001"))

    def a_guardian_s_permit_registers(self) -> None:
        self.registered(NewPatient("李小明", birth_date=date(2020, 5, 4), sex="1", mobile="13900009001", guardian=GUARDIAN))

    def a_guardian_with_a_permit_follows(self) -> None:
        child = self.child()
        set_guardian(child.public_id, GUARDIAN, "监护人变更", by=self.out.doctor, today=today())

    def a_child_gets_a_passport(self) -> None:
        give_own_document(self.child().public_id, OwnDocument(*PASSPORT), by=self.out.doctor, today=today())

    def a_list_brings_a_passport(self) -> None:
        self.listed(OF_PASSPORT | {"mobile": "13900009001"})

    def a_list_brings_somebody_known_by_her_passport(self) -> None:
        known = self.world.patient("陈秀兰")
        PatientIdentifier.objects.filter(patient=known).delete()
        self.of_passport(known)
        self.listed(OF_PASSPORT | {"mobile": known.phone})

    def registered(self, new: NewPatient) -> None:
        contract = NewContract(self.world.team.public_id, "11010200700200777", today(), today() + timedelta(days=365))
        register_patient(new, contract, by=self.out.doctor, today=today())

    def child(self) -> Patient:
        child: Patient = self.world.patient("李小明")
        PatientIdentifier.objects.filter(patient=child).delete()
        Patient.objects.filter(pk=child.pk).update(birth_date=today() - timedelta(days=900))
        return child

    def of_passport(self, patient: Patient) -> None:
        one = parse_document(*PASSPORT)
        PatientIdentifier.objects.create(
            patient=patient, type=one.type, number=one.number, lookup=one.key, number_hash=keyed_hash(one.key, "identity"), tail=one.tail
        )

    def listed(self, cells: dict[str, str]) -> None:
        importer, manager = Residents(), self.out.loop.manager
        (found,) = importer.check([Row(2, cells)], importer.context(manager, today()))
        if found.faults:
            raise Refusal(found.faults[0].field)

    # What counts (C30): at most one booking in seven days is allowed, and there is one of each kind.

    def beside_a_missed_visit(self) -> None:
        self.beside("noshow")

    def beside_an_attended_visit(self) -> None:
        self.beside("arrived", "fulfilled")

    def beside_somebody_received(self) -> None:
        self.beside("arrived")

    def beside_a_visit_ahead(self) -> None:
        self.beside()

    def beside_a_missed_one_of_the_same_department(self) -> None:
        """R015 and its constraint: whatever counts, nobody has two places in one department on one day."""
        PolicyRow.objects.filter(parameter="limit_7_days").delete()
        patient, place = self.world.patient(), self.world.place(3)
        self.stands(patient, place, "noshow")
        self.booked(patient, self.world.place(3, hour=10))

    def beside(self, *steps: str) -> None:
        patient = self.world.patient()
        self.value("limit_7_days", "1")
        self.stands(patient, self.world.place(4, code=SUGAR), *steps)
        self.booked(patient, self.world.place(3))

    def stands(self, patient: Patient, place: Any, *steps: str) -> None:
        referral = self.world.referral(patient)
        made = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=a_key(), by=self.out.doctor)
        for step in steps:
            Booking.objects.filter(public_id=made).update(status=step)

    def booked(self, patient: Patient, place: Any) -> None:
        referral = self.world.referral(patient)
        book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=a_key(), by=self.out.doctor)

    # Who refers (C33): 周晓岚 books for residents of her own, of 沈佳 in her team, of another team, of another centre.

    def for_her_own(self) -> None:
        self.booked(self.contracted(), self.world.place())

    def for_a_colleague_s(self) -> None:
        self.booked(self.contracted(doctor=self.world.shen.user), self.world.place())

    def for_another_team_s(self) -> None:
        team = CareTeam.objects.create(institution=self.world.centre, name="德胜第二团队")
        team.doctors.add(self.world.shen.user)
        self.booked(self.contracted(care_team=team, doctor=self.world.shen.user), self.world.place())

    def for_another_centre_s(self) -> None:
        self.booked(self.contracted(institution=self.world.other_hospital), self.world.place())

    def contracted(self, **fields: Any) -> Patient:
        patient: Patient = self.world.patient(contract=False)
        self.world.contract(patient, **fields)
        return patient


Act = Callable[[Desk], None]
ACTS: Final[Mapping[str, tuple[Act, ...]]] = MappingProxyType(
    {
        "duplicates": (Desk.an_evasion_is_recorded,),
        "doctor_names_shown": (Desk.a_name_is_read,),
        "cancel_by": (Desk.the_doctor_cancels, Desk.the_resident_cancels, Desk.the_hospital_cancels),
        "identity_documents": (
            Desk.a_card_registers, Desk.a_passport_registers, Desk.a_guardian_s_permit_registers, Desk.a_guardian_with_a_permit_follows,
            Desk.a_child_gets_a_passport, Desk.a_list_brings_a_passport, Desk.a_list_brings_somebody_known_by_her_passport,
        ),
        "resident_confirms": (Desk.she_says_that_she_comes,),
        "counted_bookings": (
            Desk.beside_a_visit_ahead, Desk.beside_somebody_received, Desk.beside_an_attended_visit, Desk.beside_a_missed_visit,
            Desk.beside_a_missed_one_of_the_same_department,
        ),
        "who_refers": (Desk.for_her_own, Desk.for_a_colleague_s, Desk.for_another_team_s, Desk.for_another_centre_s),
    }
)  # fmt: skip


def outcome(act: Act, desk: Desk) -> str:
    """`done`, or the code of the refusal with the rule or the field it names."""
    try:
        act(desk)
    except Refusal as refusal:
        told = refusal.violations[0] if refusal.violations else None
        where = (told.field or told.rule) if told else ""
        return f"{refusal.code} {where}".strip()
    return "done"
