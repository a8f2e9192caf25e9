"""The district's findings about a month by program: written, signed by another, and what became of their measures (R163, R178)."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import IF_MATCH, Api, Needs, StrictCharField, StrictDateField, StrictSerializer, StrictUUIDField, etag, if_match
from permissions.roles import Capability
from referral.api.conduct import MonthField, MonthQuery
from referral.api.evaluation import SEEING
from referral.evaluation import findings as deeds
from referral.evaluation.findings import LONGEST, Draft, Point
from referral.evaluation.models import Finding, FindingMeasure, FindingStatus, MeasureStatus
from referral.evaluation.queries import finding_of, findings_of, measures_seen_by
from referral.evaluation.scope import month_in

WRITING = Needs(Capability.EVALUATE)


class MeasureEntry(serializers.Serializer[Any]):
    """One thing found, and what is to be done; without an institution it concerns everybody."""

    id = serializers.UUIDField()
    institution = serializers.UUIDField(allow_null=True)
    found = serializers.CharField()
    action = serializers.CharField()
    owner = serializers.CharField()
    due_on = serializers.DateField()
    status = serializers.ChoiceField(choices=MeasureStatus.choices)
    note = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()


class FindingEntry(serializers.Serializer[Any]):
    """One edition of a month's finding with the measures the reader may see."""

    id = serializers.UUIDField()
    month = serializers.CharField()
    edition = serializers.IntegerField()
    status = serializers.ChoiceField(choices=FindingStatus.choices)
    version = serializers.IntegerField()
    summary = serializers.CharField()
    written_by = serializers.CharField()
    signed_by = serializers.CharField(allow_blank=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    measures = MeasureEntry(many=True)


class FindingList(serializers.Serializer[Any]):
    """The editions of one month, the newest first."""

    results = FindingEntry(many=True)


class FindingNote(StrictSerializer):
    """Why, or how it was done, in a sentence."""

    note = StrictCharField(max_length=LONGEST["note"], lines=False)


class Findings(Api):
    """The findings about a month; another one is written."""

    policies = {"GET": SEEING, "POST": WRITING}

    class Input(StrictSerializer):
        class Given(StrictSerializer):
            institution = StrictUUIDField(required=False)
            found = StrictCharField(max_length=LONGEST["found"])
            action = StrictCharField(max_length=LONGEST["action"])
            owner = StrictCharField(max_length=LONGEST["owner"], lines=False)
            due_on = StrictDateField()

        month = MonthField()
        summary = StrictCharField(max_length=LONGEST["summary"])
        points = Given(many=True)

    @extend_schema(parameters=[MonthQuery], responses=FindingList, operation_id="findings_list")
    def get(self, request: Request) -> Response:
        month = month_in(self.asked(MonthQuery).get("month", ""))
        return Response({"results": [finding(one) for one in findings_of(self.acting, month)]})

    @extend_schema(request=Input, responses={201: FindingEntry}, operation_id="findings_write")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        points = tuple(Point(**{"institution": None, **point}) for point in given["points"])
        made = deeds.write(Draft(month_in(given["month"]), given["summary"], points), by=self.acting)
        fresh = finding_of(self.acting, made.public_id)
        return Response(finding(fresh), status=status.HTTP_201_CREATED, headers={"ETag": etag(fresh)})


class FindingDetail(Api):
    """One edition."""

    policies = {"GET": SEEING}

    @extend_schema(responses=FindingEntry, operation_id="findings_get")
    def get(self, request: Request, finding_id: UUID) -> Response:
        held = finding_of(self.acting, finding_id)
        return Response(finding(held), headers={"ETag": etag(held)})


class FindingDoor(Api):
    """What every door to a finding's life answers with."""

    policies: ClassVar[Any] = {"POST": WRITING}

    def answer(self, held: Finding) -> Response:
        fresh = finding_of(self.acting, held.public_id)
        return Response(finding(fresh), headers={"ETag": etag(fresh)})


class FindingSign(FindingDoor):
    """A second administrator signs; it stands from now on."""

    @extend_schema(request=None, responses=FindingEntry, parameters=[IF_MATCH], operation_id="findings_sign")
    def post(self, request: Request, finding_id: UUID) -> Response:
        return self.answer(deeds.sign(finding_id, expected_version=if_match(request), by=self.acting))


class FindingReject(FindingDoor):
    """A second administrator rejects it with a reason."""

    @extend_schema(request=FindingNote, responses=FindingEntry, parameters=[IF_MATCH], operation_id="findings_reject")
    def post(self, request: Request, finding_id: UUID) -> Response:
        version, given = if_match(request), self.read(FindingNote)
        return self.answer(deeds.reject(finding_id, given["note"], expected_version=version, by=self.acting))


class FindingWithdraw(FindingDoor):
    """Whoever wrote it takes it back."""

    @extend_schema(request=None, responses=FindingEntry, parameters=[IF_MATCH], operation_id="findings_withdraw")
    def post(self, request: Request, finding_id: UUID) -> Response:
        return self.answer(deeds.withdraw(finding_id, expected_version=if_match(request), by=self.acting))


class MeasureDoor(Api):
    """What the doors to a measure answer with."""

    policies: ClassVar[Any] = {"POST": WRITING}

    def answer(self, held: FindingMeasure) -> Response:
        fresh = measures_seen_by(self.acting).get(pk=held.pk)
        return Response(measure(fresh), headers={"ETag": etag(fresh)})


class MeasureSettle(MeasureDoor):
    """It was done."""

    @extend_schema(request=FindingNote, responses=MeasureEntry, parameters=[IF_MATCH], operation_id="measures_settle")
    def post(self, request: Request, measure_id: UUID) -> Response:
        version, given = if_match(request), self.read(FindingNote)
        return self.answer(deeds.settle(measure_id, given["note"], expected_version=version, by=self.acting))


class MeasureReopen(MeasureDoor):
    """It is open again."""

    @extend_schema(request=FindingNote, responses=MeasureEntry, parameters=[IF_MATCH], operation_id="measures_reopen")
    def post(self, request: Request, measure_id: UUID) -> Response:
        version, given = if_match(request), self.read(FindingNote)
        return self.answer(deeds.reopen(measure_id, given["note"], expected_version=version, by=self.acting))


def finding(one: Any) -> dict[str, Any]:
    """One edition as plain values."""
    return {
        "id": one.public_id, "month": f"{one.month:%Y-%m}", "edition": one.edition, "status": one.status, "version": one.version,
        "summary": one.summary, "written_by": one.written_by.name, "signed_by": one.signed_by.name if one.signed_by else "",
        "signed_at": one.signed_at, "measures": [measure(held) for held in one.shown],
    }  # fmt: skip


def measure(one: FindingMeasure) -> dict[str, Any]:
    """One measure as plain values."""
    return {
        "id": one.public_id, "institution": one.institution.public_id if one.institution else None, "found": one.found,
        "action": one.action, "owner": one.owner, "due_on": one.due_on, "status": one.status, "note": one.note, "version": one.version,
    }  # fmt: skip
