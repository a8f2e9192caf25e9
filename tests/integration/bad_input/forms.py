"""Every form of the product's pages, filled in rightly; `kinds` says what sort of text each field takes."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

from permissions.acting import Acting
from permissions.right_states import RightStatus
from tests.cast_loop import PLAN, REPORT
from tests.cast_referral import resident_number, today
from tests.integration.bad_input.stage import DRUG, Stage, fresh


@dataclass(frozen=True)
class Form:
    """One form: the name of its address, who sends it, and what is right in every field."""

    name: str
    path: str
    who: Acting | None
    data: dict[str, Any]
    kinds: dict[str, str] = field(default_factory=dict)


# Pages that take a POST but no text that could be wrong.
WITHOUT_TEXT = {
    "alliance_leave": "one button, about the two in the address",
    "policy_export": "two buttons; anything but csv is a sheet",
    "criteria_export": "two buttons; anything but csv is a sheet",
    "policy_sets_export": "two buttons; anything but csv is a sheet",
    "institutions_export": "two buttons; anything but csv is a sheet",
    "rights_export": "two buttons; anything but csv is a sheet",
    "people_export": "two buttons; anything but csv is a sheet",
    "contacts_export": "two buttons; anything but csv is a sheet",
    "compliance_export": "two buttons; anything but csv is a sheet",
    "evaluation_export": "two buttons; anything but csv is a sheet",
    "released_export": "two buttons and what the page was drawn with; its own tests bend it",
    "rebalancing_undo": "one button",
    "referral_acknowledge": "one button",
    "notice": "one line of the inbox, a button",
    "message_resend": "one button, and the page to go back to",
    "review_export": "two buttons; anything but csv is a sheet",
    "residents_export": "two buttons; anything but csv is a sheet",
    "messages_export": "two buttons; anything but csv is a sheet",
    "controls_export": "two buttons; anything but csv is a sheet",
    "priorities_export": "two buttons; anything but csv is a sheet",
    "subject_map_export": "two buttons; anything but csv is a sheet",
    "fact_end": "one button, about the label in the address",
    "practitioners_export": "two buttons; anything but csv is a sheet",
    "services_export": "two buttons; anything but csv is a sheet",
    "stop_export": "two buttons; anything but csv is a sheet",
    "special_stops_export": "two buttons; anything but csv is a sheet",
    "disruptions_export": "two buttons; anything but csv is a sheet",
    "day_list_export": "two buttons; anything but csv is a sheet",
    "timetable_export": "two buttons; anything but csv is a sheet",
    "week_export": "two buttons; anything but csv is a sheet",
    "founding": "one button of the first two administrators; its own tests found a district",
    "trail": "one button",
    "logout": "one button",
    "change_person": "one button",
    "exchange": "its answer shows the secret once instead of leading on; its own tests bend its fields",
    "exchange_secret": "one button",
    "exchange_end": "one button",
    "exchange_test": "one button",
    "keys": "its answer shows the key once instead of leading on; its own tests bend its fields",
    "prove": "a code for a login that waits for a second proof; its own tests wait for one",
    "factor": "a code of one's own authenticator; its own tests have one",
    "lock": "a code for a locked screen; its own tests lock one",
    "login_code": "a code behind a sealed cookie; tried below with bad cookies and in the tests of logging in",
    "language": "an unknown language changes nothing and leads back",
    "display": "anything but 1 is off",
    "resident_cancel": "one button behind a signed cookie",
    "resident_leave": "one button",
    "resident_appeal": "behind a signed cookie; its own tests bend what it sends",
    "appeal_papers": "takes a file; its own tests bend it",
    "appeal_paper": "one button, about the file in the address",
    "bans_export": "two buttons; anything but csv is a sheet",
    "kiosk": "answers with its next screen instead of leading on; its own tests bend its fields",
    "resident_stopped": "buttons behind a signed cookie; its own tests bend what they send",
    "resident_confirm": "one button behind a signed cookie",
    "resident_undo": "one button behind a signed cookie",
    "resident_move_booking": "buttons behind a signed cookie; what they do not offer leads back to the booking",
    "aliyun_receipts": "answers 404 without the provider's secret",
}
VERSION = {"version": "version"}


@cache
def forms_of(stage: Stage) -> dict[str, Form]:
    """Every form by name; what stands behind a dot is a second form at the same address."""
    own = (*_public(stage), *_clinic(stage), *_hospital(stage), *_way_back(stage), *_district(stage))
    return {one.name: one for one in own} | more_of(stage)


def more_of(stage: Stage) -> dict[str, Form]:
    """The forms of the other files; they import this one."""
    from tests.integration.bad_input.balancing import forms_of_balance
    from tests.integration.bad_input.bedding import forms_of_beds
    from tests.integration.bad_input.criteria_requests import forms_of_criteria
    from tests.integration.bad_input.evaluating import forms_of_evaluation
    from tests.integration.bad_input.exchanging import forms_of_exchange
    from tests.integration.bad_input.factor_requests import forms_of_factors
    from tests.integration.bad_input.keeping import forms_of_keeping
    from tests.integration.bad_input.leaving import forms_of_leaving
    from tests.integration.bad_input.leaving_bookings import forms_of_ways_out
    from tests.integration.bad_input.ledgering import forms_of_ledger
    from tests.integration.bad_input.list_requests import forms_of_lists
    from tests.integration.bad_input.nomination_requests import forms_of_nominations
    from tests.integration.bad_input.offers import forms_of_offers
    from tests.integration.bad_input.office_requests import forms_of_offices
    from tests.integration.bad_input.personing import forms_of_persons
    from tests.integration.bad_input.places import forms_of_places
    from tests.integration.bad_input.reviewing import forms_of_review
    from tests.integration.bad_input.ruling import forms_of_values
    from tests.integration.bad_input.stopping import forms_of_stops
    from tests.integration.bad_input.telling import forms_of_telling
    from tests.integration.bad_input.timetables import forms_of_timetables
    from tests.integration.bad_input.watch import forms_of_watch

    parts = (
        forms_of_leaving,
        forms_of_ways_out,
        forms_of_nominations,
        forms_of_lists,
        forms_of_keeping,
        forms_of_places,
        forms_of_values,
        forms_of_criteria,
        forms_of_stops,
        forms_of_balance,
        forms_of_exchange,
        forms_of_watch,
        forms_of_factors,
        forms_of_offices,
        forms_of_timetables,
        forms_of_offers,
        forms_of_review,
        forms_of_beds,
        forms_of_telling,
        forms_of_persons,
        forms_of_ledger,
        forms_of_evaluation,
    )
    return {one.name: one for part in parts for one in part(stage)}


def _form(name: str, who: Acting | None, data: dict[str, Any], kinds: dict[str, str], *ids: Any) -> Form:
    return Form(name, reverse(name.partition(".")[0], args=ids), who, data, kinds)


def _public(stage: Stage) -> list[Form]:
    number_and_code = {"number": stage.booked.number, "code": stage.booked.confirmation_code}
    doctor = stage.loop.doctor
    return [
        _form("login", None, {"phone": stage.phone, "next": "/"}, {"phone": "mobile"}),
        _form("resident", None, number_and_code, {"number": "number", "code": "code"}),
        _form("sessions", doctor, {"session": str(stage.session.public_id)}, {"session": "uuid"}),
        _form("acting", doctor, {"post": str(doctor.post.public_id)}, {"post": "uuid"}),
    ]


def _clinic(stage: Stage) -> list[Form]:
    doctor, draft, booked = stage.loop.doctor, stage.draft, stage.booked
    now = timezone.localtime() - timedelta(hours=1)
    seen = {"seen_day": f"{now:%Y-%m-%d}", "seen_time": f"{now:%H:%M}", "note": "门诊随访"}
    texts = {
        "reason": "血压控制不佳", "impression": "高血压病3级", "present_history": "三药联合四周未达标", "past_history": "糖尿病十年",
        "treatment": "三药联合",
    }  # fmt: skip
    written = texts | {"priority": "routine", "emergency_sign": "stroke", "truth": "1"}
    written |= {"criteria": str(stage.criteria.up.public_id)}
    written |= {"booker.name": "陈建国", "booker.relation": "儿子", "booker.phone": "13900065000"}
    kinds = dict.fromkeys(texts, "text") | {"priority": "choice", "emergency_sign": "choice", "truth": "choice", "criteria": "uuid"}
    kinds |= {"booker.name": "name", "booker.relation": "line", "booker.phone": "phone"}
    version = {"version": str(draft.version)}
    place = {"pool_slot": str(stage.place.public_id), "idempotency_key": str(uuid4())} | version
    cancel = {"reason": "patient", "note": "家属来电", "version": str(booked.version)}
    choice = {"reason": "choice"} | VERSION
    return [
        *_registering(stage),
        _form("encounter_new", doctor, seen, {"seen_day": "date", "seen_time": "clock", "note": "text"}, stage.patient.public_id),
        _form(
            "referral_new",
            doctor,
            written | {"encounter": str(stage.visit.public_id)},
            kinds | {"encounter": "uuid"},
            stage.patient.public_id,
        ),
        _form("referral_edit", doctor, written | version, kinds | VERSION, draft.public_id),
        _form("referral", doctor, {"reason": "patient"} | version, choice, draft.public_id),
        _form("book", doctor, place, {"pool_slot": "uuid", "idempotency_key": "key"} | VERSION, draft.public_id),
        _form("booking_done", doctor, {"told": ["when", "where", "cancelling", "not_coming"]}, {"told": "choice"}, booked.public_id),
        _form("booking_cancel", doctor, cancel, choice | {"note": "line", "ends_case": "choice"}, booked.public_id),
    ]


def _registering(stage: Stage) -> list[Form]:
    """A resident with a document of her own, and a child with its guardian's."""
    contract = {
        "contract.care_team": str(stage.team.public_id), "contract.health_record_number": "11010200700288889",
        "contract.from": today().isoformat(), "contract.to": (today() + timedelta(days=364)).isoformat(),
    }  # fmt: skip
    signing = {
        "contract.care_team": "uuid", "contract.health_record_number": "record_number", "contract.from": "date", "contract.to": "date",
    }  # fmt: skip
    resident = contract | {
        "name": "罗玉珍", "document.type": "resident_id", "document.number": resident_number(870), "mobile": "13900088870",
        "landline": "010-82008870", "address": "德胜门外大街甲10号",
    }  # fmt: skip
    kinds = signing | {
        "name": "name", "document.type": "choice", "document.number": "document", "sex": "choice", "priority_group": "choice",
        "mobile": "mobile", "landline": "phone", "address": "line",
    }  # fmt: skip
    child = contract | {
        "name": "罗小雨", "birth_date": "2020-05-04", "sex": "2", "mobile": "13900088870", "guardian.name": "罗玉珍",
        "guardian.document.type": "resident_id", "guardian.document.number": resident_number(870), "guardian.relation": "祖母",
        "guardian.phone": "010-82008870",
    }  # fmt: skip
    guarded = {
        "birth_date": "date", "guardian.name": "name", "guardian.document.type": "choice", "guardian.document.number": "document",
        "guardian.relation": "line", "guardian.phone": "phone",
    }  # fmt: skip
    doctor = stage.loop.doctor
    return [_form("patient_new", doctor, resident, kinds), _form("patient_new.child", doctor, child, guarded)]


def _hospital(stage: Stage) -> list[Form]:
    clerk, cardiologist, arrived, attended = stage.loop.clerk, stage.loop.cardiologist, stage.arrived, stage.attended
    report = {"diagnosis": REPORT.diagnosis, "findings": REPORT.findings, "treatment": REPORT.treatment}
    kinds = {"diagnosis": "line", "findings": "text", "treatment": "text"} | VERSION
    plan = {
        "diagnosis": PLAN.diagnosis, "inpatient_number": "ZY0012345", "treatment_summary": PLAN.treatment_summary,
        "follow_up_plan": PLAN.follow_up_plan, "rehabilitation_plan": PLAN.rehabilitation_plan, "version": str(stage.reported.version),
    } | {f"drugs.0.{name}": text for name, text in DRUG.items()}  # fmt: skip
    plan_kinds = {name: "line" for name in plan if name.startswith("drugs.") or name in ("diagnosis", "inpatient_number")}
    plan_kinds |= (
        dict.fromkeys(("treatment_summary", "follow_up_plan", "rehabilitation_plan"), "text") | {"drugs.0.supply": "choice"} | VERSION
    )
    return [
        _form("arrive", clerk, {"proof": stage.expected.confirmation_code}, {"proof": "proof"}),
        _form("arrive_undo", clerk, {"version": str(arrived.version)}, VERSION, arrived.public_id),
        _form("visit_fulfil", cardiologist, {"version": str(arrived.version)}, VERSION, arrived.public_id),
        _form("visit_report", cardiologist, report | {"version": str(fresh(attended.referral).version)}, kinds, attended.public_id),
        _form("return_new", cardiologist, plan, plan_kinds, stage.reported.public_id),
    ]


def _way_back(stage: Stage) -> list[Form]:
    doctor, manager = stage.loop.doctor, stage.loop.manager
    day = {"first_follow_up_on": (today() + timedelta(days=7)).isoformat(), "version": str(stage.sent.version)}
    note = {"seen_on": today().isoformat(), "note": "血压 130/80 mmHg", "version": str(stage.taken.version)}
    owner = {"owner": str(stage.world.shen.public_id), "version": str(stage.declined.version)}
    reason = {"reason": "外出学习", "version": str(stage.sent.version)}
    outcome = {"outcome": "stable", "version": str(stage.followed.version)}
    return [
        _form("return_accept", doctor, day, {"first_follow_up_on": "date"} | VERSION, stage.sent.public_id),
        _form("return_decline", doctor, reason, {"reason": "line"} | VERSION, stage.sent.public_id),
        _form("return_assign", manager, owner, {"owner": "uuid"} | VERSION, stage.declined.public_id),
        _form("return_follow_up", doctor, note, {"seen_on": "date", "note": "text"} | VERSION, stage.taken.public_id),
        _form("return_close", doctor, outcome, {"outcome": "choice"} | VERSION, stage.followed.public_id),
    ]


def _district(stage: Stage) -> list[Form]:
    admin, hospital = stage.world.district_admin, stage.world.hospital
    granted, suspended, verified = (stage.rights[status] for status in (RightStatus.GRANTED, RightStatus.SUSPENDED, RightStatus.VERIFIED))
    grant = {"target": f"institution.{hospital.public_id}", "valid_to": (today() + timedelta(days=300)).isoformat()}
    grant_kinds = {"target": "choice", "valid_to": "date"}

    def act(name: str, **more: str) -> dict[str, str]:
        return {"act": name, "version": "1"} | more

    noted = {"act": "choice", "reason": "choice", "note": "line"} | VERSION
    return [
        _form("right.suspend", admin, act("suspend", reason="leave", note="请假"), noted, granted.public_id),
        _form("right.revoke", admin, act("revoke", reason="moved", note="调岗"), noted, granted.public_id),
        _form("right.reinstate", admin, act("reinstate"), {"act": "choice"} | VERSION, suspended.public_id),
        _form("right.grant", admin, act("grant", **grant), {"act": "choice"} | grant_kinds | VERSION, verified.public_id),
        _form("right_new", admin, grant, grant_kinds, stage.without_right.public_id),
    ]
