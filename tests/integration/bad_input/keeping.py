"""The requests and forms about residents, their contracts and care teams, each right in every field."""

from datetime import timedelta
from typing import Any

from tests.cast_referral import today
from tests.integration.bad_input.forms import Form, _form
from tests.integration.bad_input.stage import Endpoint, Stage

RECORD = "11010200700299999"


def endpoints_of_keeping(stage: Stage) -> list[Endpoint]:
    """Every operation of referral/api/residents.py and contracts.py that writes."""
    held, manager, team = stage.keeping, stage.loop.manager, stage.team
    doctors = [str(one.public_id) for one in team.doctors.all()]
    reached = {
        "name": "李晓明", "reason": "核对出生证", "mobile": "13900088872", "landline": "010-82008872", "address": "安德路1号",
        "priority_group": "child", "guardian": {"relation": "姨母", "phone": "010-82008873"},
    }  # fmt: skip
    kinds = {"name": "name", "reason": "line", "mobile": "mobile", "landline": "phone", "address": "line"}
    kinds |= {"guardian.relation": "line", "guardian.phone": "phone"}
    term = {"from": today().isoformat(), "to": (today() + timedelta(days=365)).isoformat()}
    contract = {"care_team": str(team.public_id), "doctor": doctors[0], "health_record_number": RECORD} | term
    renewal = {"to": (held.contract.valid_to + timedelta(days=365)).isoformat(), "care_team": str(team.public_id), "doctor": doctors[0]}
    document = held.unsigned.identifiers.get()
    moving = {"name": held.unsigned.name, "document": {"type": document.type, "number": document.number}, "contract": contract}
    moving_kinds = {"name": "name", "document.number": "document", "contract.health_record_number": "record_number"}
    ending = {"reason": "resident", "on": today().isoformat(), "note": "本人要求"}
    path = f"/contracts/{held.contract.public_id}"
    return [
        Endpoint("residents_correct", "PATCH", f"/residents/{held.child.public_id}", manager, reached, kinds=kinds),
        Endpoint(
            "contracts_sign", "POST", f"/residents/{held.unsigned.public_id}/contracts", manager, contract,
            kinds={"health_record_number": "record_number"},
            stored={"health_record_number": "referral.FamilyDoctorContract.health_record_number"},
        ),
        Endpoint("contracts_renew", "POST", f"{path}/renew", manager, renewal),
        Endpoint("contracts_end", "POST", f"{path}/end", manager, ending, kinds={"note": "line"}),
        Endpoint("residents_move", "POST", "/residents/move", manager, moving, kinds=moving_kinds),
        Endpoint("care_teams_form", "POST", "/care-teams", manager, {"name": "德胜第九团队", "doctors": doctors}, kinds={"name": "line"}),
        Endpoint(
            "care_teams_change", "PUT", f"/care-teams/{team.public_id}", manager,
            {"name": "德胜第十团队", "doctors": doctors, "successor": doctors[0]}, kinds={"name": "line"},
        ),
    ]  # fmt: skip


def forms_of_keeping(stage: Stage) -> list[Form]:
    """Every form of referral/views/residents*.py."""
    held, manager, team = stage.keeping, stage.loop.manager, stage.team
    doctors = [str(one.public_id) for one in team.doctors.all()]
    contract = {
        "contract.care_team": str(team.public_id), "contract.doctor": doctors[0], "contract.health_record_number": RECORD,
        "contract.from": today().isoformat(), "contract.to": (today() + timedelta(days=364)).isoformat(),
    }  # fmt: skip
    care = {"contract.care_team": "uuid", "contract.doctor": "uuid"}
    term: dict[str, str] = care | {"contract.health_record_number": "record_number", "contract.from": "date", "contract.to": "date"}
    reached = {
        "name": "李晓明", "reason": "核对出生证", "mobile": "13900088872", "landline": "010-82008872", "address": "安德路1号",
        "priority_group": "child", "guardian.relation": "姨母", "guardian.phone": "010-82008873",
    }  # fmt: skip
    kinds = {
        "name": "name", "reason": "line", "mobile": "mobile", "landline": "phone", "address": "line", "priority_group": "choice",
        "guardian.relation": "line", "guardian.phone": "phone",
    }  # fmt: skip
    document = held.unsigned.identifiers.get()
    shown: dict[str, Any] = {"document.type": document.type, "document.number": document.number, "name": held.unsigned.name, "move": "1"}
    shown_kinds = {"document.type": "choice", "document.number": "document", "name": "name"}
    renewal = {name: value for name, value in contract.items() if name in care}
    renewal["contract.to"] = (held.contract.valid_to + timedelta(days=300)).isoformat()
    ending = {"reason": "resident", "on": today().isoformat(), "note": "本人要求"}
    return [
        _form("resident_correct", manager, reached, kinds, held.child.public_id),
        _form("contract_new", manager, contract, term, held.unsigned.public_id),
        _form("contract_renew", manager, renewal, care | {"contract.to": "date"}, held.contract.public_id),
        _form("contract_end", manager, ending, {"reason": "choice", "on": "date", "note": "line"}, held.contract.public_id),
        _form("resident_move", manager, shown | contract, shown_kinds | term),
        _form("care_teams", manager, {"name": "德胜第九团队", "doctors": doctors}, {"name": "line", "doctors": "uuid"}),
        _form(
            "care_team", manager, {"name": "德胜第十团队", "doctors": doctors, "successor": ""},
            {"name": "line", "doctors": "uuid"}, team.public_id,
        ),
    ]  # fmt: skip
