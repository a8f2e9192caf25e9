"""The right request of each door, with the objects of the stage, as the person whose they are would send it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from clinics.models import BulkDecision
from permissions.acting import Acting
from referral.supervision.month import before
from tests.cast_imports import STAFF, a_text
from tests.cast_nominations import PDF
from tests.cast_referral import today
from tests.integration.bad_input.forms import forms_of
from tests.integration.bad_input.stage import Stage, endpoints_of
from tests.integration.doors.walk import NOBODY, Door, address, shape_of
from tests.integration.permission_table.supply import supply_paths, supply_tags
from tests.integration.permission_table.table import doors_by_name

UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
API = "/api/v1"


@dataclass(frozen=True)
class Upload:
    """A file of a form, fresh for every request."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Request:
    """One way of knocking at a door; an Upload travels as it is, a body with one as a form."""

    door: Door
    path: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """Everything the sender said, which an answer may repeat."""
        return f"{self.path} {json.dumps(self.body, ensure_ascii=False, default=str)}"

    def about_nobody(self) -> "Request":
        """The same about a thing that does not exist: the one in the address, else those in the body."""
        body = self.body if UUID.search(self.path) else without_ids(self.body)
        return Request(self.door, UUID.sub(NOBODY, self.path), body, self.headers)

    def send(self, stage: Stage, who: Acting | None) -> Any:
        """The answer; a fault of the product as its page."""
        client, headers = Client(raise_request_exception=False), stage.login(who) | self.headers
        if isinstance(self.body, dict) and any(isinstance(one, Upload) for one in self.body.values()):
            return client.post(self.path, {name: opened(one) for name, one in self.body.items()}, headers=headers)
        if isinstance(self.body, Upload):
            return client.generic(self.door.method, self.path, self.body.content, "application/octet-stream", headers=headers)
        if self.door.is_api:
            raw = b"" if self.body is None else json.dumps(self.body).encode()
            return client.generic(self.door.method, self.path, raw, "application/json", headers=headers)
        if self.door.method == "POST":
            return client.post(self.path, self.body or {}, headers=headers)
        return client.generic(self.door.method, self.path, headers=headers)


def opened(value: Any) -> Any:
    if not isinstance(value, Upload):
        return value
    return SimpleUploadedFile(value.name, value.content, "application/pdf" if value.name.endswith(".pdf") else "text/csv")


def without_ids(value: Any) -> Any:
    """A body in which every id names nothing."""
    if isinstance(value, str):
        return UUID.sub(NOBODY, value)
    if isinstance(value, dict):
        return {UUID.sub(NOBODY, name): without_ids(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_ids(item) for item in value]
    return value


def requests_of(stage: Stage, named: str, special: dict[str, Request]) -> list[Request]:
    """Every right request of a door; what stands behind # in its name is one certain form of it, such as #withdraw."""
    name, _, kind = named.partition("#")
    if named in special:
        return [special[named]]
    door = doors_by_name()[name]
    if door.method == "GET":
        return [Request(door, address(door, stage))]
    shape = shape_of(door)
    found = {key: one for key, one in (programs(stage, door) if door.is_api else forms(stage, door)) if shape.fullmatch(one.path)}
    wanted = [
        one for key, one in found.items() if key.partition(".")[2] == kind or (not kind and not {key, key.partition(".")[2]} & SET_APART)
    ]
    return wanted or [Request(door, address(door, stage), {})]


# Forms of a door that have rows of their own, and a week copied by programs, whose hospital is always one's own.
SET_APART = {"station", "department", "calendar.seed", "calendar.known", "timetables_preview.copy", "timetables_publish.copy"}


def programs(stage: Stage, door: Door) -> Iterator[tuple[str, Request]]:
    for one in endpoints_of(stage).values():
        if one.method == door.method:
            yield one.operation, Request(door, f"{API}{one.path}", one.body, one.headers)


def forms(stage: Stage, door: Door) -> Iterator[tuple[str, Request]]:
    for one in forms_of(stage).values():
        yield one.name, Request(door, one.path, one.data)


def special_requests(stage: Stage) -> dict[str, Request]:
    """Doors whose thing on the stage is not the one that stands for its kind elsewhere."""
    held, paper = stage.nominations, stage.nominations.paper
    month = before(today().replace(day=1))
    conduct = f"{stage.world.centre.public_id}/{month:%Y-%m}"
    member = f"{stage.register.alliance.public_id}/members/{stage.register.centre.public_id}"
    right, hospital = stage.watched.right.public_id, stage.register.hospital.public_id
    post, draft = stage.register.post.public_id, stage.draft.public_id
    staff = Upload("名单.csv", a_text([STAFF, ("乔新人", "13755500002", "", "家庭医生", "", "", "")]))
    doctors = Upload("医师.csv", a_text([("工号", "姓名", "科室", "职称"), ("D900", "乔新人", "肾内科", "主任医师")]))
    papers, at = f"{API}/rights/{held.sent_back.public_id}/papers", f"?right={right}.{stage.watched.right.version}"
    paths: dict[str, Any] = {
        f"GET {API}/imports/templates/{{}}": f"{API}/imports/templates/staff", "GET /imports/templates/{}/": "/imports/templates/staff/",
        f"POST {API}/imports": (f"{API}/imports", {"kind": "staff", "file": staff}),
        "POST /imports/": ("/imports/", {"kind": "staff", "file": staff}),
        f"GET {API}/imports/templates/{{}}#practitioners": f"{API}/imports/templates/practitioners",
        "GET /imports/templates/{}/#practitioners": "/imports/templates/practitioners/",
        f"POST {API}/imports#practitioners": (f"{API}/imports", {"kind": "practitioners", "file": doctors}),
        "POST /imports/#practitioners": ("/imports/", {"kind": "practitioners", "file": doctors}),
        f"GET {API}/rights/{{}}/papers": papers, f"GET {API}/rights/{{}}/papers/{{}}": f"{papers}/{paper.public_id}",
        f"DELETE {API}/rights/{{}}/papers/{{}}": f"{papers}/{paper.public_id}",
        "GET /rights/papers/{}/": f"/rights/papers/{paper.public_id}/",
        f"POST {API}/rights/{{}}/papers": (f"{papers}?name=执业证.pdf", Upload("执业证.pdf", PDF + b"1")),
        f"GET {API}/conduct/{{}}/{{}}": f"{API}/conduct/{conduct}", "GET /conduct/{}/{}/": f"/conduct/{conduct}/",
        "GET /evaluation/{}/finding/": f"/evaluation/{month:%Y-%m}/finding/",
        "POST /evaluation/export/": ("/evaluation/export/", {"as": "csv"}),
        "GET /conduct/{}/{}/print/": f"/conduct/{conduct}/print/", "GET /alliances/{}/members/{}/leave/": f"/alliances/{member}/leave/",
        "POST /alliances/{}/members/{}/leave/": (f"/alliances/{member}/leave/", {}),
        "GET /rights/nominations/{}/": f"/rights/nominations/{held.sent_back.public_id}/",
        "GET /rights/worklist/{}/": f"/rights/worklist/{held.waiting.public_id}/",
        "GET /rights/worklist/grant/": f"/rights/worklist/grant/?right={held.waiting.public_id}.{held.waiting.version}",
        "GET /rights/{}/dispute/": f"/rights/{right}/dispute/", "GET /district/rights/{}/": f"/district/rights/{right}/",
        f"GET {API}/rights/{{}}": f"{API}/rights/{right}", "GET /district/rights/decide/": f"/district/rights/decide/{at}&act=suspend",
        "GET /district/rights/decide/{}/": reverse("rights_decided", args=[decided(stage).public_id]),
        "GET /referrals/{}/edit/": f"/referrals/{draft}/edit/", "GET /referrals/{}/book/": f"/referrals/{draft}/book/",
        "GET /referrals/{}/returns/new/": f"/referrals/{stage.reported.public_id}/returns/new/",
        f"GET {API}/institutions/{{}}": f"{API}/institutions/{hospital}", "GET /institutions/{}/": f"/institutions/{hospital}/",
        f"GET {API}/institutions/{{}}/departments": f"{API}/institutions/{hospital}/departments",
        "GET /institutions/{}/edit/": f"/institutions/{hospital}/edit/", f"GET {API}/posts/{{}}": f"{API}/posts/{post}",
        "GET /posts/{}/": f"/posts/{post}/",
        f"POST {API}/administrators/{{}}/confirm": (f"{API}/administrators/{stage.offices.waiting.public_id}/confirm", {}),
        f"POST {API}/administrators/{{}}/withdraw": (f"{API}/administrators/{stage.offices.waiting.public_id}/withdraw", {}),
    }  # fmt: skip
    child = stage.keeping.child.public_id
    reach = {"mobile": "13900088872", "landline": "010-82008872", "address": "安德路1号", "priority_group": "child"}
    guardian = {"relation": "姨母", "phone": "010-82008873"}
    paths[f"PATCH {API}/residents/{{}}#reach"] = (f"{API}/residents/{child}", reach | {"guardian": guardian})
    flat = {f"guardian.{name}": value for name, value in guardian.items()}
    paths["POST /residents/{}/correct/#reach"] = (f"/residents/{child}/correct/", reach | flat)
    young, crowded = stage.personed.child.public_id, stage.personed.draft.public_id
    paths |= {
        "GET /residents/{}/guardian/": f"/residents/{young}/guardian/",
        "GET /referrals/{}/exceptions/": f"/referrals/{crowded}/exceptions/",
    }
    lists = (
        "/messages/export/",
        "/controls/export/",
        "/priorities/export/",
        "/residents/export/",
        "/district/rights/export/",
        "/institutions/export/",
        "/contacts/export/",
        "/people/export/",
    )
    paths |= {f"POST {path}": (path, {"as": "csv"}) for path in lists}
    paths |= papers_of_appeals(stage)
    paths["GET /review/{}/request/"] = f"/review/{stage.bedded.asked.public_id}/request/"
    paths["POST /referrals/{}/acknowledge/"] = (f"/referrals/{stage.reviewed.returned.public_id}/acknowledge/", {})
    paths |= supply_paths(stage)
    known = doors_by_name()
    told = {name: to if isinstance(to, tuple) else (to, None) for name, to in paths.items()}
    found = {name: Request(known[name.partition("#")[0]], path, body) for name, (path, body) in told.items()}
    return found | {name: replace(found[name], headers={"If-Match": f'W/"{version}"'}) for name, version in supply_tags(stage).items()}


def papers_of_appeals(stage: Stage) -> dict[str, Any]:
    """The files beside an appeal that waits, one of them there already."""
    breach, paper = f"breaches/{stage.ledgered.judged.public_id}", stage.ledgered.paper.public_id
    program, more = f"{API}/{breach}/appeal/papers", Upload("诊断证明.pdf", PDF + b"2")
    return {
        f"GET {API}/breaches/{{}}/appeal/papers": program,
        f"POST {API}/breaches/{{}}/appeal/papers": (f"{program}?name=诊断证明.pdf", more),
        f"GET {API}/breaches/{{}}/appeal/papers/{{}}": f"{program}/{paper}",
        f"DELETE {API}/breaches/{{}}/appeal/papers/{{}}": f"{program}/{paper}",
        "POST /breaches/{}/papers/": (f"/{breach}/papers/", {"file": more}),
        "GET /breaches/papers/{}/": f"/breaches/papers/{paper}/",
        "POST /breaches/papers/{}/": (f"/breaches/papers/{paper}/", {}),
    }


def decided(stage: Stage) -> BulkDecision:
    """A decision of the district about one right, as it is kept."""
    right = stage.watched.right
    return BulkDecision.objects.create(
        decided_by=stage.world.admin, act="suspend", reason_code="leave", note="请假", key=str(uuid4()),
        results=[{"right": str(right.public_id), "code": "done"}],
    )  # fmt: skip
