"""Lists that come in and go out, care teams, slips and overdue returns, as far as no single request does them."""

from datetime import timedelta
from functools import partial

from django.utils import timezone

from bench.acts.offices import SYSTEM, USER
from bench.acts.scene import Scene
from bench.acts.trace import Act, Trace
from clinics.imports import jobs
from permissions.acting import Acting
from referral.returns.models import Return
from referral.returns.overdue import mark_overdue
from referral.slips.desk import booking_copy
from referral.slips.issue import make_pdf
from tests.cast_imports import STAFF, a_text, received, worked
from tests.cast_referral import resident_number
from tests.integration.bad_input.stage import Endpoint

PLACES = ("机构名称", "机构类型", "级别", "科室名称", "诊疗科目代码")
PEOPLE = ("姓名", "证件号码", "手机号码")
DONE = Trace("import.apply import", "", "kind created")
EXPORTS = ("/people/export/", "/institutions/export/", "/contacts/export/", "/district/rights/export/")


def acts(scene: Scene) -> list[Act]:
    """All of them."""
    return [*_imports(scene), *_exports(scene), *_care(scene)]


def _imports(scene: Scene) -> list[Act]:
    admin, manager = scene.admin, scene.manager
    staff = a_text([STAFF, ("乔新人", "13755500009", scene.world.centre.name, "家庭医生", "", "", "")])
    places = a_text([PLACES, ("北京某医院", "医院", "三级", "心血管内科", "03.04")])
    people = a_text([("name", "document_number", "mobile"), ("马玉兰", resident_number(902), "13800009021")])
    posts = (Trace("enrol user"), Trace("open_post post", "", "user institution kind"))
    registered = (Trace("register institution", "", "name"), Trace("register department", "", "name"))
    return [
        Act("a list is handed in", partial(received, staff, admin), admin, (Trace("import.receive import", "", "kind digest size"),)),
        Act("a staff list is imported", partial(_import, staff, admin, "staff"), admin, (*posts, DONE)),
        Act("a list of institutions is imported", partial(_import, places, admin, "institutions"), admin, (*registered, DONE)),
        Act(
            "a list of residents is imported", partial(_import, people, manager, "residents"), manager,
            (Trace("patient.register patient", "", "document"), DONE),
        ),
        Act(
            "a list names another doctor for a resident", partial(_import, changed(scene), manager, "residents", updates=True), manager,
            (Trace("patient.change_contract patient", "", "contract"), Trace("import.apply import", "", "kind updated")),
        ),
    ]  # fmt: skip


def changed(scene: Scene) -> bytes:
    """A resident's own line with another doctor of her team."""
    contract = scene.stage.keeping.contract
    patient, other = contract.patient, scene.world.shen.user
    last = contract.valid_to - timedelta(days=1)
    said = {
        "name": patient.name, "document_number": patient.identifiers.get().number, "mobile": patient.phone,
        "care_team": scene.stage.team.name, "doctor": f"{other.name}{other.phone_tail}", "contract_from": contract.valid_from.isoformat(),
        "contract_to": last.isoformat(), "health_record_number": contract.health_record_number,
    }  # fmt: skip
    return a_text([tuple(said), tuple(said.values())])


def _import(data: bytes, by: Acting, kind: str, *, updates: bool = False) -> None:
    job = worked(received(data, by, kind))
    assert (job.to_create, job.to_update, job.faulty) == (not updates, updates, 0), (kind, job.to_create, job.to_update, job.faulty)
    worked(jobs.confirm(job, leave_out_faulty=False, by=by, expected_version=job.version))


def _exports(scene: Scene) -> list[Act]:
    taken = (Trace("export export", "", "list rows format"),)
    return [Act(f"export {path}", partial(scene.press, scene.admin, path, {"as": "csv"}), scene.admin, taken) for path in EXPORTS]


def _care(scene: Scene) -> list[Act]:
    team, shen = scene.stage.team, str(scene.world.shen.user.public_id)
    body = {"name": team.name, "doctors": [shen], "successor": shen}
    change = (Trace("patient.reassign care_team", "", "from to contracts"), Trace("patient.change_team care_team", "", "left"))
    return [
        Act(
            "a doctor leaves a care team",
            lambda: scene.request(Endpoint("change", "PUT", f"/care-teams/{team.public_id}", scene.manager, body)), scene.manager, change,
        ),
        Act("a slip is printed", partial(_print, scene), None, (Trace("slip.printed booking", "", "copy content", USER),)),
        Act("a return is overdue", partial(_overdue, scene), None, (Trace("mark_overdue return", by=SYSTEM),)),
    ]  # fmt: skip


def _print(scene: Scene) -> None:
    make_pdf(booking_copy(scene.stage.booked.public_id, by=scene.doctor, now=timezone.now()).public_id)


def _overdue(scene: Scene) -> None:
    Return.objects.filter(pk=scene.stage.sent.pk).update(due_at=timezone.now() - timedelta(days=1))
    mark_overdue()
