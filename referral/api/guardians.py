"""A child's guardian by program: named anew, corrected, taken off with the child's own document (R025)."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import Api, StrictCharField, StrictSerializer
from permissions.identity.documents import DocumentType
from referral.api.patients import GivenDocument, PatientEntry, described
from referral.api.residents import KEEPING
from referral.patients.guardians import LONGEST, OwnDocument, give_own_document, set_guardian
from referral.patients.models import Guardian
from referral.patients.person import NewGuardian
from referral.patients.residents import resident_of


class GuardianEntry(serializers.Serializer[Any]):
    """Who answers for the child; the document by its last four."""

    name = serializers.CharField()
    relation = serializers.CharField()
    document_type = serializers.ChoiceField(choices=DocumentType.choices)
    tail = serializers.CharField()


class ResidentGuardian(Api):
    """Names another guardian with her document, or corrects the one there is without it; the history keeps what was."""

    policies = {"PUT": KEEPING}

    class Input(StrictSerializer):
        class Answering(StrictSerializer):
            """The person; without a document the one there is."""

            name = StrictCharField(max_length=100, lines=False)
            document = GivenDocument(required=False)
            relation = StrictCharField(max_length=LONGEST["guardian.relation"], lines=False)
            phone = StrictCharField(max_length=30, lines=False, required=False, default="", allow_blank=True)

        guardian = Answering()
        reason = StrictCharField(max_length=LONGEST["reason"], lines=False)

    @extend_schema(request=Input, responses=GuardianEntry, operation_id="guardians_set")
    def put(self, request: Request, resident: UUID) -> Response:
        given = self.read(self.Input)
        person = given["guardian"]
        document = person.get("document", {"type": "", "number": ""})
        new = NewGuardian(person["name"], document["type"], document["number"], person["relation"], person["phone"])
        return Response(entry(set_guardian(resident, new, given["reason"], by=self.acting, today=timezone.localdate())))


class ResidentDocument(Api):
    """The child has a document of its own: its guardian's opens nothing any more."""

    policies = {"POST": KEEPING}

    class Input(StrictSerializer):
        document = GivenDocument()

    @extend_schema(request=Input, responses={201: PatientEntry}, operation_id="guardians_give_document")
    def post(self, request: Request, resident: UUID) -> Response:
        document = self.read(self.Input)["document"]
        give_own_document(resident, OwnDocument(document["type"], document["number"]), by=self.acting, today=timezone.localdate())
        return Response(described(resident_of(self.acting, resident)), status=201)


def entry(guardian: Guardian) -> dict[str, Any]:
    """A guardian as plain values."""
    return {
        "name": guardian.name, "relation": guardian.relation, "document_type": guardian.document_type, "tail": guardian.tail,
    }  # fmt: skip
