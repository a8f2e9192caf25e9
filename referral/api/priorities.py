"""Priority groups by program: who is served first and how that is proved; a proof noted, verified again, ended (R188, R201)."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import Api, StrictCharField, StrictChoiceField, StrictDateField, StrictSerializer
from permissions.doors.paging import PageQuery, page_of
from permissions.identity.masking import mask_name
from referral.api.residents import KEEPING
from referral.patients.models import PriorityGroup
from referral.patients.priority import LONGEST_PROOF, Shown, end_priority, set_priority
from referral.patients.priority_queries import STANDINGS, group_of, in_group, priorities_of
from referral.patients.queries import searched

GROUPS = [one for one in PriorityGroup.choices if one[0]]


class PriorityEntry(serializers.Serializer[Any]):
    """A resident in a group, masked; `valid_to` is the first day without the proof."""

    patient = serializers.UUIDField()
    name = serializers.CharField()
    birth_date = serializers.DateField()
    group = serializers.ChoiceField(choices=PriorityGroup.choices)
    standing = serializers.ChoiceField(choices=list(STANDINGS.items()))
    proof = serializers.CharField(allow_blank=True)
    valid_to = serializers.DateField(allow_null=True)
    seen_by = serializers.CharField(allow_blank=True)


class Priorities(Api):
    """Residents of the acting unit in a priority group, those whose proof is over or missing first."""

    policies = {"GET": KEEPING}

    class Query(PageQuery):
        q = StrictCharField(required=False, default="", max_length=50, allow_blank=True, lines=False)
        standing = StrictChoiceField(required=False, default="", choices=list(STANDINGS.items()))
        group = StrictChoiceField(required=False, default="", choices=GROUPS)

    class Output(serializers.Serializer[Any]):
        results = PriorityEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="priorities_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        found = in_group(searched(priorities_of(self.acting, timezone.localdate()), given["q"]), given["group"])
        found = found.filter(priority_standing=given["standing"]) if given["standing"] else found
        return page_of(request, found, given["page"], described)


class ResidentPriority(Api):
    """Notes a proof, or verifies it again."""

    policies = {"PUT": KEEPING}

    class Input(StrictSerializer):
        group = StrictChoiceField(choices=GROUPS)
        proof = StrictCharField(max_length=LONGEST_PROOF, lines=False)
        valid_to = StrictDateField()

    @extend_schema(request=Input, responses=PriorityEntry, operation_id="priorities_set")
    def put(self, request: Request, resident: UUID) -> Response:
        given, today = self.read(self.Input), timezone.localdate()
        set_priority(resident, Shown(given["group"], given["proof"], given["valid_to"]), by=self.acting, today=today)
        return Response(described(priorities_of(self.acting, today).get(public_id=resident)))


class ResidentPriorityEnd(Api):
    """Takes the resident out of her group."""

    policies = {"POST": KEEPING}

    @extend_schema(request=None, responses={204: None}, operation_id="priorities_end")
    def post(self, request: Request, resident: UUID) -> Response:
        end_priority(resident, by=self.acting, today=timezone.localdate())
        return Response(status=204)


def described(resident: Any) -> dict[str, Any]:
    """A row of the list as plain values."""
    return {
        "patient": resident.public_id, "name": mask_name(resident.name), "birth_date": resident.birth_date, "group": group_of(resident),
        "standing": resident.priority_standing, "proof": resident.proof_said or "", "valid_to": resident.proof_until,
        "seen_by": resident.proof_by or "",
    }  # fmt: skip
