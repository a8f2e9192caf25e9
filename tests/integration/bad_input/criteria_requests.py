"""The requests and forms of the district's referral criteria, each right in every field."""

from tests.integration.bad_input.forms import VERSION, Form, _form
from tests.integration.bad_input.stage import Endpoint, Stage


def endpoints_of_criteria(stage: Stage) -> list[Endpoint]:
    """Every operation that writes."""
    held = stage.criteria
    kinds = {"title": "line", "source": "line", "criteria[].disease": "line", "criteria[].codes": "handle"}
    kinds |= {"criteria[].text": "line", "criteria[].text_en": "line"}
    draft, waiting, coming, running = (
        f"/criteria-sets/{one.public_id}" for one in (held.draft, held.waiting, held.coming, held.running)
    )  # fmt: skip
    said, day = {"reason": "line"}, held.later.isoformat()
    return [
        Endpoint("criteria_begin", "POST", "/criteria-sets", held.by, held.typed(), kinds=kinds),
        Endpoint("criteria_rewrite", "PUT", draft, held.by, held.typed(), held.draft.version, kinds=kinds),
        Endpoint("criteria_copy", "POST", f"{running}/copy", held.by, {"valid_from": day}),
        Endpoint("criteria_hand_in", "POST", f"{draft}/hand-in", held.by, version=held.draft.version),
        Endpoint("criteria_approve", "POST", f"{waiting}/approve", held.by, version=held.waiting.version),
        Endpoint("criteria_send_back", "POST", f"{waiting}/send-back", held.by, {"reason": "缺少依据"}, held.waiting.version, kinds=said),
        Endpoint("criteria_withdraw", "POST", f"{draft}/withdraw", held.by, version=held.draft.version),
        Endpoint("criteria_undo", "POST", f"{coming}/undo", held.by, {"reason": "文件撤回"}, held.coming.version, kinds=said),
        Endpoint("criteria_end", "POST", f"{running}/end", held.by, {"ends_on": day}, held.running.version),
    ]


def forms_of_criteria(stage: Stage) -> list[Form]:
    """Every form."""
    held = stage.criteria
    head = {"title": "新清单", "source": "区卫健委〔2026〕9号附件", "valid_from": held.start.isoformat()}
    of_head = {"title": "line", "source": "line", "valid_from": "date"}
    of_line = {"disease": "line", "codes": "choice", "direction": "choice", "text": "line"}
    mine, act = {"version": str(held.draft.version)}, {"act": "choice"} | VERSION
    waits, comes, runs = ({"version": str(one.version)} for one in (held.waiting, held.coming, held.running))
    ending = {"act": "ask_end", "ends_on": held.later.isoformat()} | runs
    lines = {"act": "paste", "lines": "痛风\tM10\t上转\t反复发作\n痛风\tM10\t下转\t尿酸平稳"} | mine
    change = held.typed_line(act="change", place="1") | mine
    draft = held.draft.public_id
    return [
        _form("criteria_new", held.by, head, of_head),
        _form("criteria_copy", held.by, {"valid_from": held.later.isoformat()}, {"valid_from": "date"}, held.running.public_id),
        _form("criteria_set", held.by, held.typed_line(act="add") | mine, of_line | act, draft),
        _form("criteria_set.paste", held.by, lines, act | {"lines": "choice"}, draft),
        _form("criteria_set.correct", held.by, head | {"act": "correct"} | mine, of_head | act, draft),
        _form(
            "criteria_set.send_back", held.by, {"act": "send_back", "reason": "缺少依据"} | waits, act | {"reason": "line"},
            held.waiting.public_id,
        ),
        _form("criteria_set.undo", held.by, {"act": "undo", "reason": "文件撤回"} | comes, act | {"reason": "line"}, held.coming.public_id),
        _form("criteria_set.end", held.by, ending, act | {"ends_on": "date"}, held.running.public_id),
        _form("criterion", held.by, change, of_line | act | {"place": "choice"}, held.line.public_id),
    ]  # fmt: skip
