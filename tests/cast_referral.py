"""The cast of every referral test: two doctors of one centre, a hospital with reserved places, and residents who were seen.

周晓岚 (Zhou) writes and books at 德胜 centre; 沈佳 (Shen) shares her care team and has a right of her own; 陈秀兰 is their
contracted resident. 北大医院 has cardiology (03.04) and endocrinology (03.07). The database's clock judges everything, so
the cast lives today and its visits lie a few days ahead.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from clinics.models import Alliance, AllianceMember, ClinicSession, Department, Institution, Post, Service, Slot, TargetGrant
from permissions.acting import Acting
from permissions.identity.documents import parse_document
from permissions.identity.pinyin import search_keys
from permissions.models import District, ReferralRight, User
from permissions.roles import Role
from referral.cases.models import Referral
from referral.patients.models import CareTeam, Encounter, FamilyDoctorContract, Patient, PatientIdentifier
from reserved_pools.models import PoolSlot, ReservedPool
from tests.cast import a_district, a_user, acting_as, an_admin
from vault.crypto import keyed_hash

__all__ = ["World", "acting_as", "institution", "person", "referring_post", "resident_number", "today", "world"]

SHANGHAI = ZoneInfo("Asia/Shanghai")
HEART, SUGAR, BONES = "03.04", "03.07", "04.03"
CHECK_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
serials = count(1)


def today() -> date:
    return timezone.now().astimezone(SHANGHAI).date()


def resident_number(serial: int, born: date = date(1958, 3, 15)) -> str:
    """A made-up number with the right check character; an even serial is a woman's. Above a thousand the next day's births."""
    born += timedelta(days=serial // 1000)
    body = f"110102{born:%Y%m%d}{serial % 1000:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, CHECK_WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


@dataclass
class World:
    """One district as tests need it."""

    district: District
    centre: Institution
    hospital: Institution
    other_hospital: Institution
    zhou: Post
    shen: Post
    team: CareTeam
    admin: User
    departments: dict[tuple[int, str], Department] = field(default_factory=dict)

    @property
    def doctor(self) -> Acting:
        return acting_as(self.zhou.user, self.zhou)

    @property
    def colleague(self) -> Acting:
        return acting_as(self.shen.user, self.shen)

    @property
    def district_admin(self) -> Acting:
        return acting_as(self.admin)

    def patient(self, name: str = "陈秀兰", *, contract: bool = True, **fields: Any) -> Patient:
        serial = next(serials)
        phone = fields.pop("phone", f"139{serial:08d}")
        patient = Patient.objects.create(
            district=self.district, name=name, grams=search_keys(name), sex="2", birth_date=date(1958, 3, 15), phone=phone,
            phone_hash=keyed_hash(phone, "phone"), phone_tail=phone[-4:], registered_at=self.centre, **fields,
        )  # fmt: skip
        document = parse_document("resident_id", resident_number(serial * 2))
        PatientIdentifier.objects.create(
            patient=patient, type=document.type, number=document.number, lookup=document.key,
            number_hash=keyed_hash(document.key, "identity"), tail=document.tail,
        )  # fmt: skip
        if contract:
            self.contract(patient)
        return patient

    def contract(self, patient: Patient, **fields: Any) -> FamilyDoctorContract:
        held = {
            "institution": self.centre,
            "care_team": self.team,
            "doctor": self.zhou.user,
            "health_record_number": f"1101020070020{patient.pk % 10000:04d}",
            "valid_from": today() - timedelta(days=100),
            "valid_to": today() + timedelta(days=265),
        }
        return FamilyDoctorContract.objects.create(patient=patient, **(held | fields))

    def encounter(self, patient: Patient, **fields: Any) -> Encounter:
        held = {"post": self.zhou, "institution": self.zhou.institution, "seen_at": timezone.now() - timedelta(hours=1)}
        return Encounter.objects.create(patient=patient, **(held | fields))

    def referral(self, patient: Patient | None = None, *, encounter: Encounter | None = None, **fields: Any) -> Referral:
        patient = patient or self.patient()
        held = {
            "number": f"110102{today():%y%m%d}{next(serials) % 5000 + 5000:04d}",
            "encounter": encounter or self.encounter(patient),
            "post": self.zhou,
            "owner": fields.get("post", self.zhou),
            "institution": self.zhou.institution,
            "reason": "血压控制不佳",
            "impression": "高血压病3级",
            "present_history": "三药联合四周未达标",
            "truth_accepted_at": timezone.now(),
        }
        return Referral.objects.create(patient=patient, **(held | fields))

    def department(self, institution: Institution | None = None, code: str = HEART) -> Department:
        institution = institution or self.hospital
        key = (institution.pk, code)
        if key not in self.departments:
            name = {HEART: "心血管内科", SUGAR: "内分泌科", BONES: "骨科"}.get(code, f"科室{code}")
            self.departments[key] = Department.objects.create(institution=institution, standard_code=code, name=name)
        return self.departments[key]

    def place(
        self, ahead: int = 3, *, institution: Institution | None = None, code: str = HEART, places: int = 5, hour: int = 8, **fields: Any
    ) -> PoolSlot:
        """Reserved places in one band of a session so many days ahead; open from yesterday until 15:00 of the day before."""
        department = self.department(institution, code)
        visit = today() + timedelta(days=ahead)
        starts = datetime.combine(visit, time(hour), SHANGHAI)
        ends = starts + timedelta(minutes=30)
        service = Service.objects.create(
            institution=department.institution, department=department, name=f"普通门诊{next(serials)}", title="attending"
        )
        session = ClinicSession.objects.create(
            service=service, date=visit, half_day="am", starts_at=starts, ends_at=ends, capacity=places * 3
        )
        slot = Slot.objects.create(session=session, starts_at=starts, ends_at=ends, capacity=places * 3)
        pool = ReservedPool.objects.create(service=service, share="0.300", valid_from=today() - timedelta(days=30))
        closes = datetime.combine(visit - timedelta(days=1), time(15), SHANGHAI)
        held = {
            "published": places,
            "opens_at": min(timezone.now(), closes) - timedelta(days=1),
            "closes_at": closes,
        }
        return PoolSlot.objects.create(
            pool=pool, slot=slot, institution=department.institution, department=department, service=service, standard_code=code,
            slot_class=service.slot_class, visit_date=visit, starts_at=starts, ends_at=ends, **(held | fields),
        )  # fmt: skip


def world(kind: Role = Role.FAMILY_DOCTOR) -> World:
    """A district with one centre, two hospitals in its alliance, and two doctors whose rights are in force.

    Regional specialists refer from a hospital, so with that kind the centre is one.
    """
    district = a_district()
    unit = "centre" if kind is Role.FAMILY_DOCTOR else "hospital"
    centre = institution(district, "德胜社区卫生服务中心", "德胜", kind=unit, level="9", phone="010-82000000")
    hospital = institution(district, "北京大学第一医院", "北大医院", level="3", grade="甲", pickup_place="门诊楼一层2号窗口")
    other = institution(district, "首都医科大学宣武医院", "宣武医院", level="3", grade="甲")
    alliance = Alliance.objects.create(kind="comprehensive", name="北大医院医联体", lead=hospital)
    for member in (centre, hospital, other):
        AllianceMember.objects.create(alliance=alliance, institution=member)
    admin = an_admin(district=district)
    zhou = referring_post("周晓岚", centre, admin, alliance, kind)
    shen = referring_post("沈佳", centre, admin, alliance, kind)
    team = CareTeam.objects.create(institution=centre, name="德胜第一团队")
    team.doctors.add(zhou.user, shen.user)
    return World(district, centre, hospital, other, zhou, shen, team, admin)


def institution(district: District, name: str, short: str, **fields: Any) -> Institution:
    held = {"kind": "hospital", "level": "3"}
    if fields.get("kind", "hospital") == "hospital":
        held |= {"responsible_department": "门诊部", "responsible_name": "刘主任", "responsible_phone": "010-83572211"}
    return Institution.objects.create(district=district, name=name, short_name=short, **(held | fields))


def person(name: str, district: District) -> User:
    return a_user(name, district=district)


def referring_post(name: str, at: Institution, admin: User, alliance: Alliance, kind: str = Role.FAMILY_DOCTOR) -> Post:
    """A doctor with a right in force that reaches the alliance."""
    user = person(name, at.district)
    now = timezone.now()
    right = ReferralRight.objects.create(
        user=user, district=at.district, status="granted", valid_from=now - timedelta(days=30), valid_to=now + timedelta(days=300),
        granted_by=admin,
    )  # fmt: skip
    TargetGrant.objects.create(right=right, alliance=alliance, valid_from=now - timedelta(days=30), granted_by=admin, reason="测试")
    return Post.objects.create(user=user, institution=at, kind=kind, title="attending", right=right, valid_from=now - timedelta(days=60))
