"""The requests and forms about a month's finding and its measures, each right in every field."""

from datetime import timedelta

from tests.cast_referral import today
from tests.integration.bad_input.forms import VERSION, Form, _form
from tests.integration.bad_input.stage import Endpoint, Stage

WORDS = {"found": "未报告的就诊过多", "action": "逐例补报", "owner": "门诊部刘主任"}
SORTS = {"found": "text", "action": "text", "owner": "line"}
NOTE = {"note": "核对无误"}


def endpoints_of_evaluation(stage: Stage) -> list[Endpoint]:
    """Every operation that writes."""
    held, hospital = stage.evaluated, str(stage.world.hospital.public_id)
    point = WORDS | {"institution": hospital, "due_on": (today() + timedelta(days=20)).isoformat()}
    body = {"month": held.month.name, "summary": "当月总体平稳。", "points": [point]}
    kinds = {"month": "line", "summary": "text"} | {f"points[].{name}": SORTS[name] for name in WORDS}
    stored = {"summary": "referral.Finding.summary"} | {f"points[].{name}": f"referral.FindingMeasure.{name}" for name in WORDS}
    waiting, line = f"/evaluation/findings/{held.waiting.public_id}", {"note": "line"}
    undone, done = (f"/evaluation/measures/{one.public_id}" for one in (held.open, held.done))
    own = f"/evaluation/findings/{held.own.public_id}"
    return [
        Endpoint("findings_write", "POST", "/evaluation/findings", held.admin, body, kinds=kinds, stored=stored),
        Endpoint("findings_sign", "POST", f"{waiting}/sign", held.admin, version=held.waiting.version),
        Endpoint("findings_reject", "POST", f"{waiting}/reject", held.admin, NOTE, held.waiting.version, kinds=line),
        Endpoint("findings_withdraw", "POST", f"{own}/withdraw", held.admin, version=held.own.version),
        Endpoint("measures_settle", "POST", f"{undone}/done", held.admin, NOTE, held.open.version, kinds=line),
        Endpoint("measures_reopen", "POST", f"{done}/reopen", held.admin, NOTE, held.done.version, kinds=line),
    ]


def forms_of_evaluation(stage: Stage) -> list[Form]:
    """Every form."""
    held, hospital = stage.evaluated, str(stage.world.hospital.public_id)
    point = WORDS | {"institution": hospital, "due_on": (today() + timedelta(days=20)).isoformat()}
    written = {"summary": "当月总体平稳。"} | {f"points.0.{name}": text for name, text in point.items()}
    kinds = {"summary": "text", "points.0.institution": "choice", "points.0.due_on": "date"} | {
        f"points.0.{name}": "line" for name in WORDS
    }
    act, noted = {"act": "choice"} | VERSION, {"act": "choice", "note": "line"} | VERSION
    of_measure = noted | {"measure": "uuid"}
    waiting, own, signed = held.waiting, held.own, held.signed
    undone, done = (NOTE | {"measure": str(one.public_id), "version": str(one.version)} for one in (held.open, held.done))
    seen = {one: {"version": str(one.version)} for one in (waiting, own)}
    return [
        _form("finding_new", held.admin, written, kinds, held.month.name),
        _form("finding.sign", held.admin, {"act": "sign"} | seen[waiting], act, waiting.public_id),
        _form("finding.reject", held.admin, {"act": "reject"} | NOTE | seen[waiting], noted, waiting.public_id),
        _form("finding.withdraw", held.admin, {"act": "withdraw"} | seen[own], act, own.public_id),
        _form("finding.settle", held.admin, {"act": "settle"} | undone, of_measure, signed.public_id),
        _form("finding.reopen", held.admin, {"act": "reopen"} | done, of_measure, signed.public_id),
    ]
