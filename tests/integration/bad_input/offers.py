"""The requests and forms of doctors and services, each right in every field; a kind of service at a time."""

from datetime import timedelta
from typing import Any

from tests.cast_referral import today
from tests.integration.bad_input.forms import VERSION, Form, _form
from tests.integration.bad_input.offered import Offered
from tests.integration.bad_input.stage import Endpoint, Stage

DOCTOR = {
    "name": "司马文静", "staff_number": "D200", "title": "chief", "licence": "110110102000777", "phone": "13900007777",
    "skills": "疼痛介入", "introduction": "从医二十年",
}  # fmt: skip
OF_DOCTOR = {
    "name": "name", "staff_number": "line", "licence": "licence", "phone": "phone", "skills": "line", "introduction": "text",
}  # fmt: skip
TEXTS = {
    "name": "line", "code": "line", "disease": "line", "introduction": "text", "indications": "text", "preparation": "text",
    "eligibility": "text", "notes": "text", "fee": "fee",
}  # fmt: skip
CLINIC = {
    "slot_class": "disease", "title": "chief", "disease": "三叉神经痛", "code": "MZ200", "fee": "80.00", "preparation": "带既往片子",
    "notes": "周三上午", "introduction": "专病门诊",
}  # fmt: skip
CHECK_UP = {"code": "TJ200", "fee": "380.50", "indications": "入职前", "preparation": "空腹八小时", "introduction": "半天完成"}
SURGERY = {
    "code": "RJ200", "fee": "8600", "eligibility": "无凝血障碍", "notes": "家属陪同", "indications": "保守治疗无效",
    "preparation": "术前禁食", "introduction": "当日出院",
}  # fmt: skip
STORED = {name: f"clinics.Service.{name}" for name in ("introduction", "preparation", "indications")}


def kinds_in(body: dict[str, Any], *more: str) -> dict[str, str]:
    return {name: kind for name, kind in TEXTS.items() if name in body} | {name: TEXTS[name.rpartition(".")[2]] for name in more}


def days() -> dict[str, str]:
    return {"active_from": (today() - timedelta(days=5)).isoformat(), "active_to": (today() + timedelta(days=300)).isoformat()}


def endpoints_of_offers(stage: Stage) -> list[Endpoint]:
    """Every operation that writes doctors and services."""
    held, by = stage.offered, stage.offered.by
    place = {"institution": str(held.hospital.public_id), "department": str(held.department.public_id), "facts": {}}
    room = {"department": str(held.department.public_id), "facts": {}}
    doctor = DOCTOR | {"left_on": today().isoformat()}
    one = f"/practitioners/{held.practitioner.public_id}"
    stored = {name: f"clinics.Practitioner.{name}" for name in ("name", "licence", "phone", "skills", "introduction")}
    return [
        Endpoint("practitioners_enter", "POST", "/practitioners", by, doctor | place, kinds=OF_DOCTOR, stored=stored),
        Endpoint("practitioners_correct", "PATCH", one, by, doctor | room, held.practitioner.version, kinds=OF_DOCTOR),
        Endpoint(
            "practitioners_bring_back", "POST", f"/practitioners/{held.gone.public_id}/back", by, version=held.gone.version,
        ),
        *_of_services(held, place, room),
        Endpoint("services_bring_back", "POST", f"/services/{held.ended.public_id}/back", by, version=held.ended.version),
    ]  # fmt: skip


def _of_services(held: Offered, place: dict[str, Any], room: dict[str, Any]) -> list[Endpoint]:
    """The three kinds that together have every field, entered and corrected."""
    items = {"items": [{"name": "血常规", "code": "XCG", "fee": "20.00"}]}
    lines = ("items[].name", "items[].code", "items[].fee")
    team = {"team": [str(held.practitioner.public_id)], "places_per_day": 4}
    bodies: dict[str, tuple[str, dict[str, Any], Any, tuple[str, ...]]] = {
        "": ("check_up", CHECK_UP | items | days() | {"name": "体检乙"}, held.service, lines),
        ".clinic": ("clinic", CLINIC | {"name": "疼痛门诊乙"}, held.clinic, ()),
        ".surgery": ("day_surgery", SURGERY | team | {"name": "日间手术乙"}, held.surgery, ()),
    }
    found = []
    for dot, (kind, body, one, more) in bodies.items():
        kinds = kinds_in(body, *more)
        stored = {name: STORED[name] for name in STORED if name in body and kind == "check_up"}
        new = body | place | {"kind": kind}
        path = f"/services/{one.public_id}"
        found += [
            Endpoint(f"services_offer{dot}", "POST", "/services", held.by, new, kinds=kinds, stored=stored),
            Endpoint(f"services_correct{dot}", "PATCH", path, held.by, body | room, one.version, kinds=kinds),
        ]
    return found


def forms_of_offers(stage: Stage) -> list[Form]:
    """Every form of doctors and services."""
    held = stage.offered
    by, one, room = held.by, held.practitioner, {"department": str(held.department.public_id)}
    place = room | {"institution": str(held.hospital.public_id)}
    chosen = OF_DOCTOR | {"department": "uuid", "title": "choice", "licence": "licence_or_none"}
    version = {"version": str(one.version)}
    left, ends = {"left_on": today().isoformat()} | version, {"active_to": today().isoformat(), "version": str(held.service.version)}
    items = {"items": "血常规:XCG:20.00"}
    return [
        _form("practitioner_new", by, DOCTOR | place, chosen),
        _form("practitioner_edit", by, DOCTOR | room | version, chosen | VERSION, one.public_id),
        _form("practitioner_leave", by, left, {"left_on": "date"} | VERSION, one.public_id),
        _form("practitioner_back", by, {"version": str(held.gone.version)}, VERSION, held.gone.public_id),
        _form(
            "service_new", by, CHECK_UP | items | days() | place | {"kind": "check_up", "name": "体检丙"},
            kinds_in(CHECK_UP, "name") | dict.fromkeys(days(), "day_or_none") | {"items": "text", "department": "uuid", "kind": "choice"},
        ),
        _form(
            "service_new.clinic", by, CLINIC | place | {"kind": "clinic", "name": "疼痛门诊丙"},
            kinds_in(CLINIC) | {"slot_class": "choice", "title": "choice"},
        ),
        _form(
            "service_edit", by, SURGERY | room | {"name": "日间手术丙", "places_per_day": "4", "version": str(held.surgery.version)},
            kinds_in(SURGERY) | {"places_per_day": "count"} | VERSION, held.surgery.public_id,
        ),
        _form("service_end", by, ends, {"active_to": "date"} | VERSION, held.service.public_id),
        _form("service_back", by, {"version": str(held.ended.version)}, VERSION, held.ended.public_id),
    ]  # fmt: skip
