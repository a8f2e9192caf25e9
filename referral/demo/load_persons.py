"""What two persons and proofs have left behind in the demonstration: controlled documents, priorities, a booker, an exception."""

from datetime import date, timedelta

from django.utils import timezone

from clinics.models import Post
from permissions.acting import Acting
from permissions.models import RoleAssignment
from permissions.roles import Role
from referral.booking import overrides
from referral.booking.override_models import Overridable, RuleOverride
from referral.cases.booker import Booker
from referral.cases.write import Record, write_referral
from referral.demo.places import MARK
from referral.patients import control
from referral.patients.control import Proposal
from referral.patients.control_models import ControlledIdentity, PriorityProof
from referral.patients.encounters import record_encounter
from referral.patients.models import Patient
from referral.patients.priority import Shown, set_priority
from referral.patients.residents import answered_for
from reserved_pools.queries import Wanted, availability

LEAKED, RESOLD = "110102197505050026", "110102198808080024"
PROOFS = {"elderly": "身份证", "disabled": "残疾人证 11010219580315", "pregnant": "母子健康手册", "child": "户口簿", "veteran": "优待证"}
FAR, SOON, DAY, AN_HOUR = timedelta(days=300), timedelta(days=14), timedelta(days=1), timedelta(hours=1)
WRITTEN = Record("血糖控制不佳，需专科评估", "2型糖尿病", "口服两药三个月未达标")


def load_persons(today: date) -> int:
    """Promise that the pages of controlled documents, priorities and exceptions have something to show; says what was added."""
    admins = _administrators()
    doctor = _doctor(Role.FAMILY_DOCTOR)
    if len(admins) < 2 or doctor is None:
        return 0
    return _controlled(admins, today) + _proved(doctor, today) + _asked(today)


def _administrators() -> list[Acting]:
    held = RoleAssignment.objects.live().filter(role=Role.DISTRICT_ADMIN, district__code="110102").select_related("user", "district")
    return [Acting(one.user, Role.DISTRICT_ADMIN, district=one.district) for one in held.order_by("pk")[:2]]


def _doctor(kind: Role) -> Acting | None:
    """The first doctor of a kind whose right is in force."""
    posts = Post.objects.live().complete().filter(kind=kind, institution__source=MARK, right__status="granted")
    post = posts.order_by("pk").first()
    return Acting(post.user, kind, post) if post else None


def _controlled(admins: list[Acting], today: date) -> int:
    """One document in force, one that waits for the other administrator."""
    if ControlledIdentity.objects.exists():
        return 0
    first, second = admins
    leaked = control.propose(Proposal("resident_id", LEAKED, "leaked", "区网信办通报〔2026〕11 号：证件信息外泄"), by=first, today=today)
    control.approve(leaked.public_id, expected_version=leaked.version, by=second)
    control.propose(Proposal("resident_id", RESOLD, "reselling", "北大医院保卫处移送：倒卖专家号 3 次"), by=second, today=today)
    return 2


def _proved(doctor: Acting, today: date) -> int:
    """The first residents in a group were verified, one of them not for long; the others come from the list without a proof."""
    if PriorityProof.objects.exists():
        return 0
    listed = list(answered_for(doctor, today).exclude(priority_group="").order_by("pk")[:3])
    for number, patient in enumerate(listed[:2]):
        until = today + (FAR if number else SOON)
        group = patient.priority_group
        set_priority(patient.public_id, Shown(group, PROOFS[group], until), by=doctor, today=today)
    return len(listed[:2])


def _asked(today: date) -> int:
    """The resident without a contract is referred by the regional-centre specialist; her son asked, and an exception is needed."""
    specialist = _doctor(Role.REGIONAL_SPECIALIST)
    patient = Patient.objects.filter(contracts=None, referrals=None).order_by("pk").first()
    if specialist is None or patient is None or RuleOverride.objects.exists():
        return 0
    places = availability(specialist, Wanted(today + DAY, today + 14 * DAY, kind="clinic"), today=today, limit=1)
    if not places:
        return 0
    seen = record_encounter(patient.public_id, seen_at=timezone.now() - AN_HOUR, note="门诊随访", by=specialist)
    son = Booker(f"{patient.name[:1]}建国", "儿子", "13910000077")
    referral = write_referral(seen.public_id, WRITTEN, truth_accepted=True, by=specialist, booker=son)
    wanted = overrides.Request(frozenset({Overridable.CONTRACT.value}), "刚迁入本区，签约手续办理中", "社区受理回执 2026-11-18")
    return 1 + len(overrides.ask(referral.public_id, places[0]["id"], wanted, by=specialist))
