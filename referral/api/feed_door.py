"""What every door of the hospitals' feed stands on: one hospital, counted calls, batches of rows answered row by row."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import Institution
from permissions.acting import Acting
from permissions.doors import Api, Needs, StrictSerializer, idempotency_key
from permissions.parser import BatchJSONParser
from permissions.printable import unprintable_in
from permissions.roles import Capability
from referral.exchange.attempts import Attempt
from referral.exchange.hospital import as_system, count_call, hospital_of
from referral.exchange.models import LONGEST_KEY
from referral.exchange.rows import Outcome, Result, Said
from vault.refusal import Violation, invalid

EXCHANGE = Needs(Capability.EXCHANGE)
LONGEST_BODY = BatchJSONParser.longest


class FeedDoor(Api):
    """One path of the feed; `hospital` is the one of the acting post."""

    hospital: Institution

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in self.policies:
            count_call(self.acting)
            self.hospital = hospital_of(self.acting)

    @property
    def system(self) -> Acting:
        """Who acts, with what lies inside connecting the hospital's system."""
        return as_system(self.acting)


class BatchDoor(FeedDoor):
    """A path that takes many rows at once."""

    longest = LONGEST_BODY
    parser_classes = (BatchJSONParser,)

    def said(self, request: Request, name: str, kind: type[StrictSerializer], most: int) -> list[Said]:
        """The rows of the body's one list, each read on its own. Refuses the whole with `invalid_input` when there is no such list."""
        body = request.data
        rows = body.get(name) if isinstance(body, dict) else None
        if not isinstance(rows, list) or set(body) != {name}:
            raise invalid(name, _("Send one list of rows under this name and nothing else."))
        if not 1 <= len(rows) <= most:
            raise invalid(name, _("Send between 1 and %(most)d rows.") % {"most": most})
        return [_read(row, kind) for row in rows]

    def answered(self, results: Iterable[Result]) -> Response:
        """What became of each row, in the order they were sent."""
        told = list(results)
        counts = {one.value: sum(result.outcome is one for result in told) for one in Outcome}
        return Response({"results": [shown(result) for result in told], "counts": counts})


class ViolationBody(serializers.Serializer[Any]):
    """Why a row was not taken."""

    code = serializers.CharField()
    message = serializers.CharField()
    field = serializers.CharField(required=False)
    remedy = serializers.CharField(required=False)


class RowResult(serializers.Serializer[Any]):
    """What became of one row."""

    key = serializers.CharField()
    outcome = serializers.ChoiceField(choices=[one.value for one in Outcome])
    id = serializers.UUIDField(allow_null=True)
    status = serializers.CharField()
    violations = ViolationBody(many=True)


class Counts(serializers.Serializer[Any]):
    """How many rows ended how."""

    created = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    changed = serializers.IntegerField()
    refused = serializers.IntegerField()


class RowResults(serializers.Serializer[Any]):
    """One result for each row sent, in the same order."""

    results = RowResult(many=True)
    counts = Counts()


def attempt_of(request: Request, by: Acting) -> Attempt:
    """The attempt as the caller named it, if it did."""
    name = idempotency_key(request) if "Idempotency-Key" in request.headers else ""
    return Attempt(name, dict(request.data), by)


def shown(result: Result) -> dict[str, Any]:
    """One result as plain values."""
    return {
        "key": result.key,
        "outcome": result.outcome.value,
        "id": result.id,
        "status": result.status,
        "violations": [_violation(one) for one in result.violations],
    }


def _violation(one: Violation) -> dict[str, str]:
    body = {"code": one.code, "message": str(one.message), "field": one.field, "remedy": str(one.remedy), "rule": one.rule}
    return {name: value for name, value in body.items() if value}


def _read(row: Any, kind: type[StrictSerializer]) -> Said:
    if not isinstance(row, dict):
        return Said("", {}, (Violation("invalid_input", _("A row is an object with named fields.")),))
    key, faults = row.get("key"), []
    if not isinstance(key, str) or not key.strip() or len(key) > LONGEST_KEY or unprintable_in(key, lines=False):
        wrong = _("Give each row a key of at most %(limit)d characters.") % {"limit": LONGEST_KEY}
        key, faults = "", [Violation("invalid_input", wrong, field="key")]
    reading = kind(data={name: value for name, value in row.items() if name != "key"})
    if not reading.is_valid():
        faults += [Violation("invalid_input", _first(told), field=str(name)) for name, told in reading.errors.items()]
    return Said(key, {} if faults else dict(reading.validated_data), tuple(faults))


def _first(told: Any) -> str:
    return str(told[0]) if isinstance(told, list) and told else str(told)
