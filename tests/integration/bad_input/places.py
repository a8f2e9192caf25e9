"""The requests and forms of institutions, alliances, people and posts, each right in every field."""

from tests.cast import a_phone
from tests.cast_clinics import in_days
from tests.integration.bad_input.forms import VERSION, Form, _form
from tests.integration.bad_input.stage import Endpoint, Stage

HOSPITAL = {
    "name": "北京新建医院", "short_name": "新建医院", "name_en": "New Hospital", "level": "3", "grade": "甲等", "category": "general",
    "phone": "010-66123456", "address": "西城区西什库大街8号", "website": "https://www.example.cn/about", "introduction": "三级综合医院",
    "directions": "地铁四号线西四站", "pickup_place": "门诊一层", "arrival_text": "带身份证", "responsible_name": "刘主任",
    "responsible_title": "医务处处长", "responsible_phone": "010-83572211", "responsible_department": "门诊部", "pickup_by": "both",
    "referral_window": "一层2号窗口", "help_desk": "大厅东侧", "active_from": "2026-01-01", "active_to": "2046-01-01",
}  # fmt: skip
SHOWN: dict[str, object] = {"shows_doctor_names": True, "facts": {}}
RULES = {"text": "一、凭证件取号。", "valid_from": in_days(40).isoformat()}
STATION = {"kind": "station", "name": "新建社区卫生服务站", "short_name": "新建站"}
LINES = (
    "name", "short_name", "name_en", "grade", "address", "directions", "pickup_place", "arrival_text", "referral_window", "help_desk",
    "responsible_department",
)  # fmt: skip
KINDS = dict.fromkeys(LINES, "line") | dict.fromkeys(("active_from", "active_to"), "day_or_none") | {
    "website": "line", "introduction": "text", "phone": "phone", "responsible_name": "name", "responsible_title": "line",
    "responsible_phone": "phone",
}  # fmt: skip
STORED = {
    name: f"clinics.Institution.{name}"
    for name in ("name", "short_name", "name_en", "phone", "address", "introduction", "responsible_name", "responsible_title")
}
DEPARTMENT = {"standard_code": "03.05", "name": "血液内科", "local_code": "XY01", "category": "clinical", "introduction": "骨髓移植"}
OF_DEPARTMENT = {"standard_code": "subject", "name": "line", "local_code": "line", "introduction": "text"}
LABEL = {"of": "institution", "name": "停车场", "name_en": "Car park"}

CODE = {"standard_code": "clinics.Department.standard_code", "introduction": "clinics.Department.introduction"}
OF_RULES = {"text": "clinics.BookingRules.text"}


def endpoints_of_places(stage: Stage) -> list[Endpoint]:
    """Every operation that writes into the register."""
    held = stage.register
    admin, alliance = held.admin, held.alliance
    place, group = f"/institutions/{held.hospital.public_id}", f"/alliances/{alliance.public_id}"
    founded = {"kind": "specialty", "name": "新建专科医联体", "lead": str(held.hospital.public_id)}
    named = {"name": "line"}
    new = {"name": "许静", "phone": a_phone(), "name_en": "Xu Jing"}
    parent, new_one = {"parent": str(held.centre.public_id)}, HOSPITAL | SHOWN | {"kind": "hospital"}
    stationed = {"name": "line", "short_name": "line"}
    return [
        Endpoint("institutions_register", "POST", "/institutions", admin, new_one, kinds=KINDS, stored=STORED),
        Endpoint("institutions_register.station", "POST", "/institutions", admin, STATION | parent, kinds=stationed),
        Endpoint("institutions_correct", "PATCH", place, admin, HOSPITAL | SHOWN, held.hospital.version, kinds=KINDS),
        Endpoint("booking_rules_enter", "POST", f"{place}/booking-rules", admin, RULES, kinds={"text": "text"}, stored=OF_RULES),
        Endpoint("fact_labels_define", "POST", "/fact-labels", admin, LABEL, kinds={"name": "line", "name_en": "line"}),
        Endpoint("fact_labels_end", "POST", f"/fact-labels/{held.label.public_id}/end", admin),
        Endpoint("institutions_correct.station", "PATCH", f"/institutions/{held.station.public_id}", admin, parent, held.station.version),
        Endpoint("departments_add", "POST", f"{place}/departments", admin, DEPARTMENT | {"facts": {}}, kinds=OF_DEPARTMENT, stored=CODE),
        Endpoint(
            "departments_correct", "PATCH", f"/departments/{held.department.public_id}", admin, DEPARTMENT | {"facts": {}},
            kinds=OF_DEPARTMENT,
        ),
        Endpoint("alliances_found", "POST", "/alliances", admin, founded | {"members": [str(held.centre.public_id)]}, kinds=named),
        Endpoint("alliances_correct", "PUT", group, admin, founded, alliance.version, kinds=named),
        Endpoint("alliances_admit", "POST", f"{group}/members", admin, {"institution": str(held.joining.public_id)}),
        Endpoint("alliances_exclude", "DELETE", f"{group}/members/{held.centre.public_id}", admin),
        Endpoint(
            "people_correct_name", "PATCH", f"/people/{held.person.public_id}", admin,
            {"name": "许文婧", "name_en": "Xu Wenjing", "reason": "核对身份证"},
            kinds={"name": "name", "name_en": "line", "reason": "line"},
        ),
        Endpoint(
            "posts_appoint", "POST", "/posts", admin, held.opening(**new), kinds={"name": "name", "phone": "mobile", "name_en": "line"},
            stored={"name": "permissions.User.name", "phone": "permissions.User.phone"},
        ),
        Endpoint("posts_appoint.known", "POST", "/posts", admin, held.opening(person=str(held.person.public_id))),
        Endpoint(
            "posts_correct", "PATCH", f"/posts/{held.post.public_id}", admin,
            {"title": "chief", "department": str(held.department.public_id)},
        ),
    ]  # fmt: skip


def forms_of_places(stage: Stage) -> list[Form]:
    """Every form of the register."""
    held = stage.register
    admin, alliance = held.admin, held.alliance
    version = {"version": str(held.hospital.version)}
    ranked = KINDS | dict.fromkeys(("level", "category", "pickup_by", "shows_doctor_names"), "choice")
    shown = HOSPITAL | {"shows_doctor_names": "yes"}
    of_room = OF_DEPARTMENT | {"category": "choice"}
    founded = {"kind": "specialty", "name": "新建专科医联体", "lead": str(held.hospital.public_id)}
    of_alliance = {"kind": "choice", "name": "line", "lead": "uuid"}
    renamed = {"name": "许文婧", "name_en": "Xu Wenjing", "reason": "核对身份证"}
    of_post = {"kind": "choice", "department": "uuid", "title": "choice"}
    return [
        _form("institution_new", admin, shown | {"kind": "hospital"}, ranked | {"kind": "choice"}),
        _form("institution_new.station", admin, STATION | {"parent": str(held.centre.public_id)}, {"parent": "uuid"}),
        _form("institution_edit", admin, shown | version, ranked | VERSION, held.hospital.public_id),
        _form("booking_rules", admin, RULES, {"text": "text", "valid_from": "date"}, held.hospital.public_id),
        _form("facts", admin, LABEL, {"of": "choice", "name": "line", "name_en": "line"}),
        _form("department_new", admin, DEPARTMENT, of_room, held.hospital.public_id),
        _form("department", admin, DEPARTMENT, of_room, held.department.public_id),
        _form("alliances", admin, founded | {"member": str(held.centre.public_id)}, of_alliance | {"member": "uuid"}),
        _form("alliance", admin, founded | {"version": str(alliance.version)}, of_alliance | VERSION, alliance.public_id),
        _form("alliance_members", admin, {"institution": str(held.joining.public_id)}, {"institution": "uuid"}, alliance.public_id),
        _form(
            "person_new", admin, held.opening(name="许静", phone=a_phone(), name_en="Xu Jing"),
            of_post | {"institution": "uuid", "name": "name", "phone": "mobile", "name_en": "line"},
        ),
        _form("person_post", admin, held.opening(), of_post | {"institution": "uuid"}, held.person.public_id),
        _form("person_name", admin, renamed, {"name": "name", "name_en": "line", "reason": "line"}, held.person.public_id),
        _form(
            "post_edit", admin, {"title": "chief", "department": str(held.department.public_id)}, {"title": "choice", "department": "uuid"},
            held.post.public_id,
        ),
    ]  # fmt: skip
