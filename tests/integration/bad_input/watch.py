"""The requests and forms of watching over rights, each right in every field."""

from datetime import timedelta
from uuid import uuid4

from tests.cast_referral import today
from tests.integration.bad_input.forms import VERSION, Form, _form
from tests.integration.bad_input.stage import Endpoint, Stage
from tests.integration.bad_input.watched import EVIDENCE


def endpoints_of_watch(stage: Stage) -> list[Endpoint]:
    """Every operation that writes."""
    held = stage.watched
    admin, coordinator, right, version = held.admin, held.coordinator, held.right, held.dispute.version
    why, note = {"reason": "closed", "note": EVIDENCE}, {"note": "line"}
    place, down = f"/institutions/{held.working.public_id}", f"/institutions/{held.suspended.public_id}"
    dispute, longer = f"/disputes/{held.dispute.public_id}", {"valid_to": (today() + timedelta(days=500)).isoformat()}
    named = {"rights": [f"{right.public_id}.{right.version}"]}
    suspend, kinds = named | {"act": "suspend", "reason": "leave", "note": "请假"}, note | {"rights[]": "handle"}
    extend = named | {"act": "extend"} | longer
    upheld = {"outcome": "upheld", "note": "成立", "remedy": "suspended", "reason": "misconduct"}
    about = {"hospital": str(held.hospital.public_id), "reason": "details", "note": "职称不符"}
    word = {"answers": [{"right": str(right.public_id), "word": "holds"}]}
    return [
        Endpoint("institutions_suspend", "POST", f"{place}/suspend", admin, why, kinds=note),
        Endpoint("institutions_revoke", "POST", f"{place}/revoke", admin, why, kinds=note),
        Endpoint("institutions_reinstate", "POST", f"{down}/reinstate", admin, version=held.sanction.version),
        Endpoint("attestations_attest", "POST", "/attestations", held.manager, word),
        Endpoint("rights_dispute", "POST", f"/rights/{right.public_id}/disputes", coordinator, about, kinds=note),
        Endpoint("disputes_answer", "POST", f"{dispute}/answer", admin, upheld, version, kinds=note),
        Endpoint("disputes_withdraw", "POST", f"{dispute}/withdraw", coordinator, version=version),
        Endpoint("rights_extend", "POST", f"/rights/{right.public_id}/extend", admin, longer, right.version),
        Endpoint("rights_bulk_preview", "POST", "/rights/bulk/preview", admin, suspend, kinds=kinds),
        Endpoint("rights_bulk_preview.extend", "POST", "/rights/bulk/preview", admin, extend, kinds={"rights[]": "handle"}),
        Endpoint("rights_bulk", "POST", "/rights/bulk", admin, suspend, key="attempt-0001", kinds=kinds),
        Endpoint("rights_bulk.extend", "POST", "/rights/bulk", admin, extend, key="attempt-0002", kinds={"rights[]": "handle"}),
    ]  # fmt: skip


def forms_of_watch(stage: Stage) -> list[Form]:
    """Every form."""
    held = stage.watched
    admin, coordinator, right = held.admin, held.coordinator, held.right
    why = {"reason": "closed", "note": EVIDENCE}
    chosen = {"act": "choice", "reason": "choice", "note": "line"}
    version, seen = {"version": str(held.dispute.version)}, {"version": str(held.sanction.version)}
    word, bulk = f"word.{right.public_id}", {"key": str(uuid4()), "right": f"{right.public_id}.{right.version}"}
    longer = {"valid_to": (today() + timedelta(days=500)).isoformat()}
    upheld = {"act": "uphold", "remedy": "suspended", "reason": "misconduct", "note": "成立"}
    about = {"hospital": str(held.hospital.public_id), "reason": "details", "note": "职称不符"}
    ids = {"act": "choice", "key": "key", "right": "uuid"}
    return [
        _form("suspension.suspend", admin, {"act": "suspend"} | why, chosen, held.working.public_id),
        _form("suspension.revoke", admin, {"act": "revoke"} | why, chosen, held.working.public_id),
        _form("suspension.reinstate", admin, {"act": "reinstate"} | seen, {"act": "choice"} | VERSION, held.suspended.public_id),
        _form("attestation", held.manager, {word: "holds"}, {word: "choice"}),
        _form("dispute_new", coordinator, about, {"hospital": "uuid", "reason": "choice", "note": "line"}, right.public_id),
        _form("dispute.uphold", admin, upheld | version, chosen | {"remedy": "choice"} | VERSION, held.dispute.public_id),
        _form("dispute.reject", admin, {"act": "reject", "note": "不成立"} | version, {"note": "line"} | VERSION, held.dispute.public_id),
        _form("dispute.withdraw", coordinator, {"act": "withdraw"} | version, {"act": "choice"} | VERSION, held.dispute.public_id),
        _form("rights_decide", admin, {"act": "suspend", "reason": "leave", "note": "请假"} | bulk, chosen | ids),
        _form("rights_decide.extend", admin, {"act": "extend"} | longer | bulk, ids | {"valid_to": "date"}),
    ]  # fmt: skip
