"""Who looked at what, by program: one's own looks, and everybody's at the records of a resident in one's care."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import SIGNED_IN, Api, Needs, StrictDateField
from permissions.doors.paging import PAGE, PageQuery, paged
from permissions.guards import require_person
from permissions.roles import Capability
from referral.supervision import looks
from vault.audit import saw
from vault.refusal import invalid


class LookEntry(serializers.Serializer[looks.Look]):
    """One look; what is not known or not asked is empty."""

    at = serializers.DateTimeField()
    purpose = serializers.CharField()
    patient = serializers.CharField(allow_blank=True, help_text="masked")
    person = serializers.CharField(allow_blank=True)
    place = serializers.CharField(allow_blank=True)
    part = serializers.CharField(allow_blank=True)


class LookList(serializers.Serializer[Any]):
    """One page of them; `next` is the address of the following page."""

    results = LookEntry(many=True)
    next = serializers.URLField(allow_null=True)


class MyLooks(Api):
    """What I looked at, the last week unless days are named; at most three months at a time."""

    policies = {"GET": SIGNED_IN}

    class Query(PageQuery):
        first = StrictDateField(required=False)
        last = StrictDateField(required=False)

    @extend_schema(parameters=[Query], responses=LookList, operation_id="my_looks")
    def get(self, request: Request) -> Response:
        require_person(self.acting)
        given = self.asked(self.Query)
        today = timezone.localdate()
        first = given.get("first", today - timedelta(days=6))
        last = given.get("last", max(first, today))
        if not first <= last < first + timedelta(days=looks.MOST_DAYS):
            raise invalid("last", _("Choose at most three months, the first day before the last."))
        start = (given["page"] - 1) * PAGE
        told = looks.told_of_mine(looks.my_looks(self.acting, first, last)[start : start + PAGE + 1])
        return paged(request, told, given["page"], lambda look: LookEntry(look).data)


class PatientLooks(Api):
    """Who looked at the records of a resident in the acting person's care or centre; asking is a look of its own."""

    policies = {"GET": Needs(Capability.SEE_PATIENTS, Capability.MANAGE_RESIDENTS)}

    @extend_schema(parameters=[PageQuery], responses=LookList, operation_id="patient_looks")
    def get(self, request: Request, patient: UUID) -> Response:
        page = self.asked(PageQuery)["page"]
        resident = looks.resident_for(self.acting, patient)
        start = (page - 1) * PAGE
        answer = paged(
            request, looks.told_of_others(looks.looks_at(resident)[start : start + PAGE + 1]), page, lambda look: LookEntry(look).data
        )
        saw(self.acting.actor, "patient", resident.public_id, "looks")
        return answer
