"""A batch answers row by row; of one of which no row was taken, the first row's refusal is judged as a whole one is."""

import json
from typing import Any

STATUS = {"not_found": 404, "stale_state": 409}


class RefusedRow:
    """The answer to a batch of which no row was taken, in the shape of a refusal."""

    def __init__(self, answer: Any, name: str, row: dict[str, Any]) -> None:
        first, violations = row["violations"][0], [_placed(one, name) for one in row["violations"]]
        body = {"title": first["message"], "detail": first["message"], "violations": violations}
        self.status_code = 400 if first["code"] == "invalid_input" else STATUS.get(first["code"], 422)
        self.content, self.body = json.dumps(body).encode(), body
        self.headers = answer.headers

    def __getitem__(self, header: str) -> str:
        return "application/problem+json" if header == "Content-Type" else str(self.headers[header])

    def json(self) -> Any:
        return self.body


def judged(answer: Any, body: Any) -> Any:
    """The answer, or the refusal of its first row where none was taken."""
    if answer.status_code != 200 or answer["Content-Type"] != "application/json":
        return answer
    told = answer.json()
    decided = told.get("results", []) if isinstance(told, dict) else []
    if decided and not any(row.get("accepted", True) for row in decided):
        return RefusedRow(answer, next(iter(body)), _undecided(decided[0]))
    rows = told.get("results", []) if isinstance(told, dict) and "counts" in told else []
    if {row.get("outcome") for row in rows} != {"refused"}:
        return answer
    return RefusedRow(answer, next(iter(body)), rows[0])


def _undecided(row: dict[str, Any]) -> dict[str, Any]:
    """A row that was decided about by itself and refused, as one with its violation."""
    return row | {"violations": [{"code": row["code"], "message": row["detail"], "field": "referral"}]}


def _placed(violation: dict[str, Any], name: str) -> dict[str, Any]:
    field = violation.get("field", "")
    return violation | {"field": f"{name}.0.{field}" if field else f"{name}.0"}
