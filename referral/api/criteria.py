"""Criteria for whoever writes a referral, by program: those in force beside what she wrote, and those kept with a case."""

from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.criteria.reading import Group
from clinics.models import Criterion
from clinics.models.criteria import Direction
from permissions.doors import Api, Needs, StrictCharField, StrictSerializer
from permissions.roles import Capability
from referral.cases.criteria import NOT_SUPPLIED, groups_for, met_of
from referral.cases.models import Referral

WRITES = Needs(Capability.WRITE_REFERRAL)


class OfferedCriterion(serializers.Serializer[Any]):
    """One line in force; `id` is what a referral's `criteria` takes when its direction is `up`."""

    id = serializers.UUIDField()
    direction = serializers.ChoiceField(choices=Direction.choices)
    text = serializers.CharField()


class CriteriaGroup(serializers.Serializer[Any]):
    """The lines of one disease; `matches` says whether the impression names it."""

    disease = serializers.CharField()
    codes = serializers.CharField()
    matches = serializers.BooleanField()
    criteria = OfferedCriterion(many=True)


class KeptCriterion(serializers.Serializer[Any]):
    """One criterion the doctor ticked, in the words it had, with the list and the version it stood in."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    number = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]
    disease = serializers.CharField()
    codes = serializers.CharField()
    text = serializers.CharField()


class ReferralCriteria(Api):
    """The district's criteria in force, those that fit an impression first; `note` says why there are none."""

    policies = {"GET": WRITES}

    class Query(StrictSerializer):
        impression = StrictCharField(max_length=2000, required=False, default="", allow_blank=True)

    class Output(serializers.Serializer[Any]):
        results = CriteriaGroup(many=True)
        note = serializers.CharField(allow_blank=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="referral_criteria")
    def get(self, request: Request) -> Response:
        found = groups_for(self.acting, self.asked(self.Query)["impression"], timezone.localdate())
        return Response({"results": [group_body(one) for one in found], "note": "" if found else str(NOT_SUPPLIED)})


def group_body(group: Group) -> dict[str, Any]:
    """One disease as plain values."""
    lines = [{"id": str(line.public_id), "direction": line.direction, "text": words(line)} for line in group.lines]
    return {"disease": group.disease, "codes": group.codes, "matches": group.matches, "criteria": lines}


def kept_body(referral: Referral) -> list[dict[str, Any]]:
    """What was ticked for a case as plain values."""
    names = ("title", "number", "source", "disease", "codes", "text")
    return [{name: getattr(one, name) for name in names} | {"id": str(one.criterion.public_id)} for one in met_of(referral)]


def words(line: Criterion) -> str:
    """The words of a line in the reader's language, as far as it has them."""
    return line.text_en if line.text_en and get_language() == "en" else line.text
