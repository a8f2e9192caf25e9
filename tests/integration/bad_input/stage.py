"""The stage of bad input: one district in which every step of the main job is about to be taken, and the request of each."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from clinics import mirror
from clinics.models import Post
from permissions.acting import Acting
from permissions.right_states import RightStatus
from permissions.roles import Role
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.returns.answer import accept, decline
from referral.returns.follow_up import follow_up
from referral.returns.models import Return
from tests.cast import a_district, a_phone, a_right, a_role, a_session, a_user
from tests.cast_clinics import a_centre, a_post
from tests.cast_loop import PLAN, REPORT, Loop, loop, working
from tests.cast_referral import acting_as, institution, resident_number, today
from tests.integration.bad_input.balanced import Balanced
from tests.integration.bad_input.bedded import Bedded
from tests.integration.bad_input.criteria_held import HeldCriteria
from tests.integration.bad_input.evaluated import Evaluated
from tests.integration.bad_input.exchanged import Exchanged
from tests.integration.bad_input.factors import Factors
from tests.integration.bad_input.kept import Keeping
from tests.integration.bad_input.leaver import Leaver
from tests.integration.bad_input.ledgered import Ledgered
from tests.integration.bad_input.left import WaysOut
from tests.integration.bad_input.lists import Lists
from tests.integration.bad_input.nominations import Nominations
from tests.integration.bad_input.offered import Offered
from tests.integration.bad_input.offices import Offices
from tests.integration.bad_input.personed import Personed
from tests.integration.bad_input.register import Register
from tests.integration.bad_input.reviewed import Reviewed
from tests.integration.bad_input.ruled import Ruled
from tests.integration.bad_input.stopped import Stopped
from tests.integration.bad_input.told import ToldPeople
from tests.integration.bad_input.watched import Watched
from tests.integration.bad_input.weeks import Weeks

DRUG = {
    "name": "缬沙坦胶囊",
    "strength": "80 mg",
    "usage": "80 mg，每日1次",
    "course": "长期",
    "supply": "substitute",
    "substitute": "氯沙坦",
}


@dataclass(frozen=True)
class Endpoint:
    """One operation with a body that is right in every field; `kinds` says what sort of text each text field is."""

    operation: str
    method: str
    path: str
    who: Acting | None
    body: Any = None
    version: int | None = None
    key: str = ""
    kinds: dict[str, str] = field(default_factory=dict)
    stored: dict[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        tag = {} if self.version is None else {"If-Match": f'W/"{self.version}"'}
        return tag | ({"Idempotency-Key": self.key} if self.key else {})


class Stage:
    """Everything that the requests act on, each in the state in which its step is lawful."""

    def __init__(self, kind: Role = Role.FAMILY_DOCTOR) -> None:
        self.loop: Loop = loop(kind)
        self.world = self.loop.world
        self.patient = self.world.patient("陈秀兰")
        self.visit = self.world.encounter(self.patient)
        self.draft = self.world.referral(self.world.patient())
        self.place = self.world.place()
        self.booked = self.loop.booked(days=3)
        self.expected = self.loop.booked()
        self.arrived = self.loop.arrived()
        self.attended = self.loop.attended()
        self.reported = self.loop.reported()
        self.sent = self.loop.sent_back()
        self.declined = self.returned("declined")
        self.taken = self.returned("accepted")
        self.followed = self.returned("followed_up")
        self.rights = {status: a_right(status=status) for status in (RightStatus.GRANTED, RightStatus.SUSPENDED, RightStatus.VERIFIED)}
        for right in self.rights.values():
            a_post(right.user, self.world.centre, right=right)
        self.without_right = a_post(a_user("郑无权"), self.world.centre)
        self.team = self.world.team
        self.register = Register(self.world)
        self.keeping = Keeping(self.world)
        self.watched = Watched(self.world, self.loop.manager)
        self.criteria = HeldCriteria(self.world)
        self.ruled = Ruled(self.world, self.watched.coordinator)
        self.stopped = Stopped(self.world, self.watched.coordinator)
        self.ways_out = WaysOut(self.loop, self.watched.coordinator)
        self.balanced = Balanced(self.world, self.watched.coordinator)
        self.exchanged = Exchanged(self.world, self.watched.coordinator)
        self.weeks = Weeks(self.world, self.watched.coordinator)
        self.nominations = Nominations(self.world, self.loop.manager)
        self.factors = Factors(self.world)
        self.leaver = Leaver(self.world, self.returned("accepted"))
        self.offices = Offices(self.world)
        self.offered = Offered(self.world)
        self.lists = Lists(self.world, self.world.district_admin)
        self.personed = Personed(self.world, self.loop.manager)
        self.evaluated = Evaluated(self.world, self.personed.second)
        self.ledgered = Ledgered(self.loop, self.watched.coordinator)
        self.reviewed = Reviewed(self.loop)
        self.bedded = Bedded(self.loop)
        self.told = ToldPeople(self.loop, self.booked)
        self.phone = a_phone()
        self.strangers = strangers()
        with transaction.atomic():
            mirror.mirror(list(Post.objects.values_list("user_id", flat=True)))
        held = self.loop
        people = (held.doctor, held.colleague, held.clerk, held.other_clerk, held.cardiologist, held.manager, self.world.district_admin)
        people += (self.factors.doctor, self.factors.beginner, self.watched.coordinator)
        people += (self.offices.keeper, self.offices.guard, self.offices.reader, self.exchanged.other)
        self.session = a_session(held.doctor.user, kind="token")[0]
        self._keys = {who.user.pk: a_session(who.user, kind="token")[1] for who in (*people, *self.strangers.values())}

    def returned(self, status: str) -> Return:
        """A return walked to this state by its own steps."""
        sent, doctor = self.loop.sent_back(), self.loop.doctor
        if status == "declined":
            decline(sent.public_id, reason="外出", expected_version=1, by=doctor)
        else:
            accept(sent.public_id, first_follow_up_on=today() + timedelta(days=7), expected_version=1, by=doctor)
        if status == "followed_up":
            follow_up(sent.public_id, seen_on=today(), note="稳定", expected_version=2, by=doctor)
        return Return.objects.get(pk=sent.pk)

    def open_session(self, who: Acting) -> None:
        """One more person is logged in."""
        self._keys[who.user.pk] = a_session(who.user, kind="token")[1]

    def login(self, who: Acting | None) -> dict[str, str]:
        """Headers of a program that is logged in as this person, under her post; one session for each."""
        if who is None:
            return {}
        return {"Authorization": f"Bearer {self._keys[who.user.pk]}"} | ({"Acting-Post": str(who.post.public_id)} if who.post else {})


def strangers() -> dict[str, Acting]:
    """One person of every kind at other institutions of another district."""
    district = a_district("110105", "朝阳区")
    centre = a_centre("朝外", district=district)
    hospital = institution(district, "北京朝阳医院", "朝阳医院", level="3", grade="甲")
    right = a_right(a_user("外区医生", district=district))
    post = a_post(right.user, centre, right=right)
    admin = a_user("外区管理", district=district)
    a_role(admin, Role.DISTRICT_ADMIN)
    return {
        "doctor": acting_as(right.user, post),
        "clerk": working("外区窗口", hospital, Role.WINDOW_CLERK),
        "cardiologist": working("外区接诊", hospital, Role.RECEIVING_DOCTOR),
        "coordinator": working("外区协调", hospital, Role.COORDINATOR),
        "manager": working("外区经理", centre, Role.MANAGER),
        "district_admin": acting_as(admin),
    }


@cache
def endpoints_of(stage: Stage) -> dict[str, Endpoint]:
    """Every operation that writes, by name; what stands behind a dot is a second form of the same operation."""
    own = (*_login(stage), *_clinic(stage), *_hospital(stage), *_way_back(stage), *_district(stage))
    return {one.operation: one for one in own} | more_of(stage)


def more_of(stage: Stage) -> dict[str, Endpoint]:
    """The operations of the other files; they import this one."""
    from tests.integration.bad_input.balancing import endpoints_of_balance
    from tests.integration.bad_input.bedding import endpoints_of_beds
    from tests.integration.bad_input.criteria_requests import endpoints_of_criteria
    from tests.integration.bad_input.evaluating import endpoints_of_evaluation
    from tests.integration.bad_input.exchanging import endpoints_of_exchange
    from tests.integration.bad_input.factor_requests import endpoints_of_factors
    from tests.integration.bad_input.keeping import endpoints_of_keeping
    from tests.integration.bad_input.leaving import endpoints_of_leaving
    from tests.integration.bad_input.leaving_bookings import endpoints_of_ways_out
    from tests.integration.bad_input.ledgering import endpoints_of_ledger
    from tests.integration.bad_input.list_requests import endpoints_of_lists
    from tests.integration.bad_input.nomination_requests import endpoints_of_nominations
    from tests.integration.bad_input.offers import endpoints_of_offers
    from tests.integration.bad_input.office_requests import endpoints_of_offices
    from tests.integration.bad_input.personing import endpoints_of_persons
    from tests.integration.bad_input.places import endpoints_of_places
    from tests.integration.bad_input.reviewing import endpoints_of_review
    from tests.integration.bad_input.ruling import endpoints_of_values
    from tests.integration.bad_input.stopping import endpoints_of_stops
    from tests.integration.bad_input.telling import endpoints_of_telling
    from tests.integration.bad_input.timetables import endpoints_of_timetables
    from tests.integration.bad_input.watch import endpoints_of_watch

    parts = (
        endpoints_of_leaving,
        endpoints_of_ways_out,
        endpoints_of_nominations,
        endpoints_of_lists,
        endpoints_of_keeping,
        endpoints_of_places,
        endpoints_of_values,
        endpoints_of_criteria,
        endpoints_of_stops,
        endpoints_of_balance,
        endpoints_of_exchange,
        endpoints_of_watch,
        endpoints_of_factors,
        endpoints_of_offices,
        endpoints_of_timetables,
        endpoints_of_offers,
        endpoints_of_review,
        endpoints_of_beds,
        endpoints_of_telling,
        endpoints_of_persons,
        endpoints_of_ledger,
        endpoints_of_evaluation,
    )
    return {one.operation: one for part in parts for one in part(stage)}


def _login(stage: Stage) -> list[Endpoint]:
    challenge = {"challenge": str(uuid4()), "code": "123456"}
    key = {"name": "夜间同步", "scopes": ["see_patients"], "days": 30}
    return [
        Endpoint("keys_make", "POST", "/me/keys", stage.loop.doctor, key, kinds={"name": "line"}),
        Endpoint("auth_challenge_create", "POST", "/auth/challenge", None, {"phone": stage.phone}, kinds={"phone": "mobile"}),
        Endpoint("auth_verify_create", "POST", "/auth/verify", None, challenge, kinds={"challenge": "handle", "code": "otp"}),
    ]


def _clinic(stage: Stage) -> list[Endpoint]:
    doctor, patient, visit, draft, booked = stage.loop.doctor, stage.patient, stage.visit, stage.draft, stage.booked
    texts = {
        "reason": "血压控制不佳", "impression": "高血压病3级", "present_history": "三药联合四周未达标", "past_history": "糖尿病十年",
        "treatment": "三药联合", "priority": "routine", "emergency_sign": "stroke", "truth_accepted": True,
        "booker": {"name": "陈建国", "relation": "儿子", "phone": "13900065000"},
    }  # fmt: skip
    kinds = dict.fromkeys(("reason", "impression", "present_history", "past_history", "treatment"), "text")
    written = {name: f"referral.Referral.{name}" for name in kinds}
    kinds |= {"booker.name": "name", "booker.relation": "line", "booker.phone": "phone"}
    seen = {"patient": str(patient.public_id), "seen_at": (timezone.now() - timedelta(hours=1)).isoformat(), "note": "门诊随访"}
    texts["criteria"] = [str(stage.criteria.up.public_id)]
    whose = {"patient": str(patient.public_id), "encounter": str(visit.public_id)}
    reason = {"body": {"reason": "other", "note": "患者要求"}, "kinds": {"reason": "text", "note": "text"}}
    cancel = {"reason": "other", "note": "家属来电", "ends_case": False}
    path = f"/referrals/{draft.public_id}"
    return [
        _registering(stage),
        Endpoint(
            "encounters_record", "POST", "/encounters", doctor, seen, kinds={"note": "text"}, stored={"note": "referral.Encounter.note"}
        ),
        Endpoint("referrals_write", "POST", "/referrals", doctor, texts | whose, kinds=kinds, stored=written),
        Endpoint("referrals_edit", "PUT", path, doctor, texts, draft.version, kinds=kinds),
        Endpoint("referrals_cancel", "POST", f"{path}/cancel", doctor, version=draft.version, **reason),  # type: ignore[arg-type]
        Endpoint(
            "bookings_book", "POST", f"{path}/bookings", doctor, {"pool_slot": str(stage.place.public_id)}, draft.version, "attempt-0001"
        ),
        Endpoint(
            "bookings_told", "POST", f"/bookings/{booked.public_id}/told", doctor, {"told": ["when", "where", "cancelling", "not_coming"]}
        ),
        Endpoint(
            "bookings_cancel",
            "POST",
            f"/bookings/{booked.public_id}/cancel",
            doctor,
            cancel,
            booked.version,
            kinds={"reason": "text", "note": "text"},
        ),
    ]


def _registering(stage: Stage) -> Endpoint:
    document = {"type": "resident_id", "number": "110105195803159986"}
    guardian = {
        "name": "陈父",
        "document": {"type": "resident_id", "number": resident_number(771)},
        "relation": "父亲",
        "phone": "010-66123456",
    }
    contract = {
        "care_team": str(stage.team.public_id), "doctor": str(stage.loop.doctor.user.public_id),
        "health_record_number": "11010200700288888",
        "from": today().isoformat(), "to": (today() + timedelta(days=365)).isoformat(),
    }  # fmt: skip
    body = {
        "name": "陈秀兰", "document": document, "sex": "2", "birth_date": "1958-03-15", "mobile": "13800005678", "landline": "010-82345678",
        "address": "西城区德胜门外大街1号", "priority_group": "", "guardian": guardian, "contract": contract,
    }  # fmt: skip
    kinds = {
        "name": "name", "document.number": "document", "mobile": "mobile", "landline": "phone", "address": "line", "guardian.name": "name",
        "guardian.document.number": "document", "guardian.relation": "line", "guardian.phone": "phone",
        "contract.health_record_number": "record_number",
    }  # fmt: skip
    stored = {
        "name": "referral.Patient.name", "document.number": "referral.PatientIdentifier.number", "mobile": "referral.Patient.phone",
        "landline": "referral.Patient.landline", "address": "referral.Patient.address", "guardian.name": "referral.Guardian.name",
        "guardian.relation": "referral.Guardian.relation", "guardian.phone": "referral.Guardian.phone",
        "contract.health_record_number": "referral.FamilyDoctorContract.health_record_number",
    }  # fmt: skip
    return Endpoint("patients_register", "POST", "/patients", stage.loop.doctor, body, kinds=kinds, stored=stored)


def _hospital(stage: Stage) -> list[Endpoint]:
    clerk, cardiologist, expected = stage.loop.clerk, stage.loop.cardiologist, stage.expected
    code = {"code": expected.confirmation_code}
    held = expected.patient.identifiers.get()
    document = {"document": {"type": held.type, "number": held.number}}
    report = {"diagnosis": REPORT.diagnosis, "findings": REPORT.findings, "treatment": REPORT.treatment}
    plan = {
        "diagnosis": PLAN.diagnosis, "inpatient_number": "ZY0012345", "treatment_summary": PLAN.treatment_summary,
        "follow_up_plan": PLAN.follow_up_plan, "rehabilitation_plan": PLAN.rehabilitation_plan, "drugs": [DRUG],
    }  # fmt: skip
    lines = ("diagnosis", "inpatient_number", *(f"drugs[].{name}" for name in DRUG if name != "supply"))
    plan_kinds = dict.fromkeys(lines, "line") | dict.fromkeys(("treatment_summary", "follow_up_plan", "rehabilitation_plan"), "text")
    plan_stored = {name: f"referral.Return.{name}" for name in plan_kinds if "[" not in name}
    drug_stored = {name: f"referral.ReturnDrug.{name.partition('.')[2]}" for name in plan_kinds if "[" in name}
    arrive, attended, reported = f"/bookings/{expected.public_id}/arrive", stage.attended.referral, stage.reported
    return [
        Endpoint("arrivals_find", "POST", "/arrivals/find", clerk, code, kinds={"code": "code"}),
        Endpoint("arrivals_find.document", "POST", "/arrivals/find", clerk, document, kinds={"document.number": "document"}),
        Endpoint("bookings_arrive", "POST", arrive, clerk, code, expected.version, kinds={"code": "code"}),
        Endpoint("bookings_arrive.document", "POST", arrive, clerk, document, expected.version, kinds={"document.number": "document"}),
        Endpoint("bookings_undo", "POST", f"/bookings/{stage.arrived.public_id}/undo", clerk, version=stage.arrived.version),
        Endpoint("bookings_fulfil", "POST", f"/bookings/{stage.arrived.public_id}/fulfil", cardiologist, version=stage.arrived.version),
        Endpoint(
            "referrals_report", "POST", f"/referrals/{attended.public_id}/report", cardiologist, report, fresh(attended).version,
            kinds={"diagnosis": "line", "findings": "text", "treatment": "text"},
            stored={name: f"referral.VisitReport.{name}" for name in report},
        ),
        Endpoint(
            "referrals_returns_create", "POST", f"/referrals/{reported.public_id}/returns", cardiologist, plan, reported.version,
            kinds=plan_kinds, stored=plan_stored | drug_stored,
        ),
    ]  # fmt: skip


def _way_back(stage: Stage) -> list[Endpoint]:
    doctor, manager = stage.loop.doctor, stage.loop.manager
    sent, declined, taken, followed = (f"/returns/{one.public_id}" for one in (stage.sent, stage.declined, stage.taken, stage.followed))
    day = {"first_follow_up_on": (today() + timedelta(days=7)).isoformat()}
    note = {"seen_on": today().isoformat(), "note": "血压 130/80 mmHg"}
    owner = {"owner": str(stage.world.shen.public_id)}
    return [
        Endpoint("returns_accept", "POST", f"{sent}/accept", doctor, day, stage.sent.version),
        Endpoint(
            "returns_decline", "POST", f"{sent}/decline", doctor, {"reason": "外出学习"}, stage.sent.version, kinds={"reason": "line"},
        ),
        Endpoint("returns_assign", "POST", f"{declined}/assign", manager, owner, stage.declined.version),
        Endpoint("returns_follow_up", "POST", f"{taken}/follow-up", doctor, note, stage.taken.version, kinds={"note": "text"}),
        Endpoint("returns_close", "POST", f"{followed}/close", doctor, {"outcome": "stable"}, stage.followed.version),
    ]  # fmt: skip


def _district(stage: Stage) -> list[Endpoint]:
    admin = stage.world.district_admin
    granted, suspended, verified = (stage.rights[status] for status in (RightStatus.GRANTED, RightStatus.SUSPENDED, RightStatus.VERIFIED))
    targets = [{"kind": "institution", "id": str(stage.world.hospital.public_id)}]
    grant = {"targets": targets, "valid_to": (today() + timedelta(days=300)).isoformat()}
    enter = grant | {"post": str(stage.without_right.public_id)}
    note = {"note": "line"}
    return [
        Endpoint("rights_enter", "POST", "/rights", admin, enter),
        Endpoint("rights_grant", "POST", f"/rights/{verified.public_id}/grant", admin, grant, verified.version),
        Endpoint(
            "rights_suspend", "POST", f"/rights/{granted.public_id}/suspend", admin, {"reason": "leave", "note": "请假"}, granted.version,
            kinds=note,
        ),
        Endpoint("rights_reinstate", "POST", f"/rights/{suspended.public_id}/reinstate", admin, version=suspended.version),
        Endpoint(
            "rights_revoke", "POST", f"/rights/{granted.public_id}/revoke", admin, {"reason": "moved", "note": "调岗"}, granted.version,
            kinds=note,
        ),
    ]  # fmt: skip


def fresh(obj: Referral | Booking) -> Any:
    return type(obj).objects.get(pk=obj.pk)
