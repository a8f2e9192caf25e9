"""Publishes the beds and day surgery of two hospitals, and asks for two of them: one request waits, one is accepted (R072, R094, R095)."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from clinics.models import Institution, Post, Service
from clinics.models.offer import ASKED_FIRST, ServiceKind
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.roles import Role
from referral.booking.asking import Wish, submit
from referral.cases.models import Referral
from referral.cases.submission_models import PlaceRequest
from referral.cases.write import Record, write_referral
from referral.demo.cases import DESHENG, FIRST
from referral.demo.load_exams import opened
from referral.demo.load_offers import FIRST_TWO, coordinator_of
from referral.demo.residents import residents
from referral.patients.encounters import record_encounter
from referral.patients.models import Patient
from referral.review.requests import accept_request
from vault.refusal import Refusal

MOST: Final = 6  # places of a morning where the service says no number
AN_HOUR_AGO: Final = timedelta(hours=1)
HEART: Final = Record(
    "心衰症状加重，需住院调整治疗", "慢性心力衰竭（心功能Ⅲ级）", "活动后气促两周，双下肢轻度浮肿。", "高血压二十年，无药物过敏史。",
    "呋塞米、螺内酯、美托洛尔，均每日一次。",
)  # fmt: skip
STONES: Final = Record("胆囊结石反复发作，拟行手术", "胆囊结石", "右上腹痛三个月，发作四次。", "无手术史。", "对症治疗。")
ASKED: Final = (
    (ServiceKind.BED, HEART, "家属可陪同，最好本周入院。", False),
    (ServiceKind.DAY_SURGERY, STONES, "患者周一至周四方便。", True),
)


def load_beds(places: dict[str, Institution], today: date) -> int:
    """Every bed and day surgery gets its mornings in the timetable, once; answers how many reserved bands were added."""
    return sum(opened(places[hospital.name], ASKED_FIRST, _places, today) for hospital in FIRST_TWO)


def load_requests(now: datetime) -> int:
    """Two residents of 德胜 for whom the first hospital was asked; whoever was asked for once stays as it is. Answers how many."""
    if PlaceRequest.objects.exists():
        return 0
    hospital = Institution.objects.get(name=FIRST)
    posts = Post.objects.live().complete().filter(institution__name=DESHENG, right__in=ReferralRight.objects.in_force())
    post = posts.earliest("pk")
    doctor = Acting(post.user, Role(post.kind), post)
    known = set(Referral.objects.values_list("patient__name", flat=True))
    names = [one.new.name for one in residents() if one.centre == DESHENG and one.new.name not in known]
    return sum(_asked(name, hospital, one, now, doctor) for name, one in zip(names[-len(ASKED) :], ASKED, strict=False))


def _places(service: Service) -> int:
    return min(service.places_per_day or MOST, MOST)


def _asked(name: str, hospital: Institution, one: tuple[Any, ...], now: datetime, doctor: Acting) -> int:
    """One resident was seen, written for, and the hospital asked; it has answered where the story says so."""
    kind, record, note, is_accepted = one
    service = Service.objects.filter(institution=hospital, kind=kind).order_by("pk").first()
    if service is None:
        return 0
    patient = Patient.objects.get(name=name)
    encounter = record_encounter(patient.public_id, seen_at=now - AN_HOUR_AGO, note=record.impression, by=doctor)
    referral = write_referral(encounter.public_id, record, truth_accepted=True, by=doctor)
    try:
        made = submit(referral.public_id, Wish(service.public_id, note), expected_version=referral.version, by=doctor)
    except Refusal:  # without a published day the draft waits, and the demonstration goes on
        return 0
    if is_accepted:
        accept_request(referral.public_id, expected_version=made.referral.version, by=coordinator_of(hospital))
    return 1
